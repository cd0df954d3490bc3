//! The seen cookie: beside a session that is kept in its cookie, it says when that was last in use.
//!
//! A request that only reads sets this one and never the session's own, which another request may
//! have changed or removed meanwhile.

use http::header::{COOKIE, HeaderMap, HeaderValue};

use super::read::trim;

/// What its name has after the session cookie's. No session cookie's name ends with it.
pub(super) const SUFFIX: &str = ".seen";

/// How many of the name are looked at. Browsers hold more than one for different domains only.
const MAX_VALUES: usize = 4;

/// The cookies of a session that a request shows, good or bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PresentedCookies {
    /// How many that hold the session, or its token: up to the last part.
    pub(crate) parts: usize,
    /// Whether there is a seen cookie.
    pub(crate) seen: bool,
}

impl PresentedCookies {
    /// Whether there is anything to be removed.
    pub(crate) fn is_any(self) -> bool {
        self.parts > 0 || self.seen
    }
}

/// The name of the cookie beside the session cookie of this name.
pub(crate) fn name_of(name: &str) -> String {
    format!("{name}{SUFFIX}")
}

/// What a request shows under the name of the seen cookie, which is beside the one of this name.
/// The lines were seen to be short.
pub(crate) fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a [u8]> {
    let name = name_of(name);
    let pairs = headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| HeaderValue::as_bytes(line).split(|&byte| byte == b';'));
    let value = |pair: &'a [u8]| {
        let rest = trim(pair).strip_prefix(name.as_bytes())?;
        Some(trim(trim(rest).strip_prefix(b"=")?))
    };
    pairs.filter_map(value).take(MAX_VALUES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_name_is_the_seen_cookie() {
        let mut headers = HeaderMap::new();
        for line in [
            "__Host-session=a; __Host-session.seen=b; __Host-session.1=c",
            "__Host-session.Seen=d; session.seen=e; __Host-session.seen2=f;\t __Host-session.seen = g",
            "__Host-session.seen",
        ] {
            headers.append(COOKIE, HeaderValue::from_static(line));
        }
        assert_eq!(values(&headers, "__Host-session"), [&b"b"[..], b"g"]);
        assert_eq!(values(&headers, "__Host-other"), [&b""[..]; 0]);
        for _ in 0..5 {
            headers.append(COOKIE, HeaderValue::from_static("__Host-session.seen=h"));
        }
        assert_eq!(values(&headers, "__Host-session").len(), MAX_VALUES);
    }
}
