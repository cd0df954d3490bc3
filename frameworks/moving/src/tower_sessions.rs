//! From tower-sessions 0.14, with any of its stores: the same store is asked for the sessions of the old cookies.

use session_axum::Builder;
use tower_sessions::SessionStore;
use tower_sessions::session::Id;

use crate::{AnyError, KEY, OldShop, Shop, cookie};

/// The name of its cookie, unless the application chose another.
const COOKIE: &str = "id";

/// Takes over what lies in this store.
pub fn import(builder: Builder<Shop>, store: impl SessionStore + Clone) -> Builder<Shop> {
    builder.import(move |parts| {
        let id: Id = cookie::find(&parts.headers, COOKIE)?.value().parse().ok()?;
        let store = store.clone();
        Some(async move {
            let Some(mut record) = store.load(&id).await? else { return Ok(None) };
            let Some(shop) = record.data.remove(KEY) else { return Ok(None) };
            let shop: OldShop = serde_json::from_value(shop)?;
            Ok::<_, AnyError>(Some(shop.moved(&id.to_string(), record.expiry_date.into())))
        })
    })
}
