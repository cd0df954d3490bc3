//! From a Node application with express-session and connect-redis: its cookie is signed, and says where in Redis the
//! session is.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hmac::{Hmac, Mac as _};
use redis::aio::ConnectionManager;
use serde::Deserialize;
use session_axum::Builder;
use sha2::Sha256;

use crate::{AnyError, OldShop, Shop, cookie};

/// The name of its cookie, unless the application chose another.
const COOKIE: &str = "connect.sid";

/// What stands before an id in Redis, unless the application chose something else.
const PREFIX: &str = "sess:";

/// The session, as JSON. The cookie's attributes lie beside what the application keeps.
#[derive(Deserialize)]
struct Stored {
    cookie: CookieAttributes,
    shop: Option<OldShop>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CookieAttributes {
    /// None for a cookie that ends with the browser.
    original_max_age: Option<u64>,
}

/// Takes over what lies in Redis, with the secret of its cookies.
pub fn import(builder: Builder<Shop>, redis: ConnectionManager, secret: String) -> Builder<Shop> {
    builder.import(move |parts| {
        let cookie = cookie::find(&parts.headers, COOKIE)?;
        let id = signed_id(cookie.value(), &secret)?.to_owned();
        let mut redis = redis.clone();
        Some(async move {
            let key = format!("{PREFIX}{id}");
            let (stored, left): (Option<String>, i64) =
                redis::pipe().get(&key).ttl(&key).query_async(&mut redis).await?;
            let Some(stored) = stored else { return Ok(None) };
            let Stored { cookie, shop: Some(shop) } = serde_json::from_str(&stored)? else {
                return Ok(None);
            };
            let left = Duration::from_secs(u64::try_from(left).unwrap_or(0));
            let imported = shop.moved(&id, SystemTime::now() + left);
            let persistent = cookie.original_max_age.is_some();
            Ok::<_, AnyError>(Some(if persistent { imported.persistent() } else { imported }))
        })
    })
}

/// The id of `s:ID.SIGNATURE`, if this secret has signed it.
fn signed_id<'a>(value: &'a str, secret: &str) -> Option<&'a str> {
    let (id, signature) = value.strip_prefix("s:")?.rsplit_once('.')?;
    let signature = STANDARD_NO_PAD.decode(signature).ok()?;
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.chain_update(id).verify_slice(&signature).ok()?;
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_has_signed_is_no_id() {
        // As cookie-signature 1.0 has it in its tests.
        let value = "s:hello.DGDUkGlIkCzPz+C0B064FNgHdEjox7ch8tOBGslZ5QI";
        assert_eq!(signed_id(value, "tobiiscool"), Some("hello"));
        assert_eq!(signed_id(value, "luna"), None);
        assert_eq!(signed_id(&value.replace("hello", "hallo"), "tobiiscool"), None);
    }
}
