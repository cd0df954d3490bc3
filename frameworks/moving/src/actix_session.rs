//! From actix-session 0.11: its cookie is encrypted, and says where in Redis the session is, or holds all of it.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use cookie::Key;
use redis::aio::ConnectionManager;
use session_axum::Builder;

use crate::{AnyError, KEY, OldShop, Shop, cookie as cookies};

/// The name of its cookie, unless the application chose another.
const COOKIE: &str = "id";

/// How long a session lives there, unless the application chose another time.
const STATE_TTL: Duration = Duration::from_hours(24);

/// Takes over what lies in Redis, with the key of its cookies.
pub fn import_from_redis(
    builder: Builder<Shop>,
    redis: ConnectionManager,
    key: Key,
) -> Builder<Shop> {
    builder.import(move |parts| {
        let jar = cookies::jar(&parts.headers, COOKIE)?;
        let id = jar.private(&key).get(COOKIE)?.value().to_owned();
        let mut redis = redis.clone();
        Some(async move {
            let (state, left): (Option<String>, i64) =
                redis::pipe().get(&id).ttl(&id).query_async(&mut redis).await?;
            let Some(shop) = state.as_deref().map(shop).transpose()?.flatten() else {
                return Ok(None);
            };
            let left = Duration::from_secs(u64::try_from(left).unwrap_or(0));
            Ok::<_, AnyError>(Some(shop.moved(&id, SystemTime::now() + left)))
        })
    })
}

/// Takes over what lies in its cookies, with their key.
///
/// Each copy of such a cookie is a session of its own there, and so it is here.
pub fn import_from_cookies(builder: Builder<Shop>, key: Key) -> Builder<Shop> {
    builder.import(move |parts| {
        let sealed = cookies::find(&parts.headers, COOKIE)?.value().to_owned();
        let jar = cookies::jar(&parts.headers, COOKIE)?;
        let state = jar.private(&key).get(COOKIE)?.value().to_owned();
        Some(async move {
            let Some(shop) = shop(&state)? else { return Ok(None) };
            // The cookie does not say since when it is good.
            Ok::<_, AnyError>(Some(shop.moved(&sealed, SystemTime::now() + STATE_TTL)))
        })
    })
}

/// JSON under each key, in JSON.
fn shop(state: &str) -> Result<Option<OldShop>, AnyError> {
    let mut state: HashMap<String, String> = serde_json::from_str(state)?;
    let shop = state.remove(KEY).map(|shop| serde_json::from_str(&shop));
    Ok(shop.transpose()?)
}
