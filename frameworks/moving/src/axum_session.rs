//! From `axum_session` 0.22, with any of its stores: the same pool is asked for the sessions of the old cookies.

use std::collections::HashMap;
use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use axum_session::DatabasePool;
use serde::Deserialize;
use session_axum::Builder;

use crate::{AnyError, KEY, OldShop, Shop, cookie};

/// The name of its cookie, unless the application chose another.
const COOKIE: &str = "session";

/// How long a session lives there, unless the application chose other times.
const LIFESPAN: Duration = Duration::from_hours(6);
const LONG_LIFESPAN: Duration = Duration::from_hours(60 * 24);

/// What its table has of a session.
#[derive(Deserialize)]
struct Data {
    /// JSON under each key.
    data: HashMap<String, String>,
    longterm: bool,
}

/// Takes over what lies in this pool, in this table.
pub fn import<P>(builder: Builder<Shop>, pool: P, table: &'static str) -> Builder<Shop>
where
    P: DatabasePool + Clone + Debug + Send + Sync + 'static,
{
    builder.import(move |parts| {
        let id = cookie::find(&parts.headers, COOKIE)?.value().to_owned();
        let pool = pool.clone();
        Some(async move {
            // On Redis, to load what is not there is an error.
            if !pool.exists(&id, table).await? {
                return Ok(None);
            }
            let Some(text) = pool.load(&id, table).await? else { return Ok(None) };
            let Data { mut data, longterm } = serde_json::from_str(&text)?;
            let Some(shop) = data.remove(KEY) else { return Ok(None) };
            let shop: OldShop = serde_json::from_str(&shop)?;
            // When it ends it does not tell: not later than this.
            let lifespan = if longterm { LONG_LIFESPAN } else { LIFESPAN };
            let ends = SystemTime::now() + lifespan;
            let imported = shop.moved(&id, ends);
            Ok::<_, AnyError>(Some(if longterm { imported.persistent() } else { imported }))
        })
    })
}
