//! From `axum_session` 0.22, with any of its stores: the same pool is asked for the sessions of the old cookies.

use std::collections::HashMap;
use std::fmt::Debug;
use std::time::SystemTime;

use axum_session::{DatabasePool, SessionConfig};
use serde::Deserialize;
use session_axum::Builder;

use crate::{AnyError, KEY, OldShop, Shop, cookie};

/// The name of its cookie, unless the application chose another.
const COOKIE: &str = "session";

/// What its table has of a session.
#[derive(Deserialize)]
struct Data {
    /// JSON under each key.
    data: HashMap<String, String>,
    longterm: bool,
}

/// Takes over what lies in this pool, in the table that the configuration names.
pub fn import<P>(builder: Builder<Shop>, pool: P, config: &SessionConfig) -> Builder<Shop>
where
    P: DatabasePool + Clone + Debug + Send + Sync + 'static,
{
    let table = config.database.table_name.to_string();
    let (short, long) = (config.lifespan, config.max_lifespan);
    builder.import(move |parts| {
        let id = cookie::find(&parts.headers, COOKIE)?.value().to_owned();
        let (pool, table) = (pool.clone(), table.clone());
        Some(async move {
            // On Redis, to load what is not there is an error.
            if !pool.exists(&id, &table).await? {
                return Ok(None);
            }
            let Some(text) = pool.load(&id, &table).await? else { return Ok(None) };
            let Data { mut data, longterm } = serde_json::from_str(&text)?;
            let Some(shop) = data.remove(KEY) else { return Ok(None) };
            let shop: OldShop = serde_json::from_str(&shop)?;
            // When it ends it does not tell: not later than this.
            let ends = SystemTime::now() + if longterm { long } else { short };
            let imported = shop.moved(&id, ends);
            Ok::<_, AnyError>(Some(if longterm { imported.persistent() } else { imported }))
        })
    })
}
