//! Whether a request comes from this site: what stands between a session and a form on another.
//!
//! After Go 1.25's `CrossOriginProtection`: browsers say where a request comes from, in
//! `Sec-Fetch-Site` or at least in `Origin`, and scripts of other sites cannot change either.

use http::header::{HOST, HeaderName, ORIGIN, UPGRADE};
use http::request::Parts;
use http::{Method, Uri};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Which other origins may act on a session.
#[derive(Clone, Debug, Default)]
pub(crate) struct CrossSite {
    trusted: Vec<String>,
    /// Whether a request without either header is refused too.
    pub(crate) strict: bool,
}

impl CrossSite {
    /// Trusts an origin, written as browsers write it.
    pub(crate) fn trust(&mut self, origin: &str) -> Result<(), OriginError> {
        let uri: Uri = origin.parse().map_err(|_| OriginError(origin.to_owned()))?;
        let spelled = match (uri.scheme_str(), uri.authority()) {
            (Some(scheme @ ("http" | "https")), Some(authority)) => {
                format!("{scheme}://{authority}")
            }
            _ => return Err(OriginError(origin.to_owned())),
        };
        if spelled != origin || origin.contains('@') {
            return Err(OriginError(origin.to_owned()));
        }
        self.trusted.push(spelled);
        Ok(())
    }

    /// Whether the request may act on a session.
    pub(crate) fn permits(&self, parts: &Parts) -> bool {
        let upgrade = parts.headers.contains_key(UPGRADE);
        if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) && !upgrade {
            return true;
        }
        let origin = parts.headers.get(ORIGIN).map(http::HeaderValue::as_bytes);
        let is_trusted = || {
            origin.is_some_and(|origin| {
                self.trusted.iter().any(|trusted| trusted.as_bytes() == origin)
            })
        };
        match (parts.headers.get(SEC_FETCH_SITE).map(http::HeaderValue::as_bytes), origin) {
            (Some(b"same-origin" | b"none"), _) => true,
            (Some(_), _) => is_trusted(),
            // No browser leaves out both, and one that opens a WebSocket never leaves out `Origin`.
            (None, None) => !self.strict && !upgrade,
            (None, Some(origin)) => is_same_host(origin, parts) || is_trusted(),
        }
    }
}

/// Whether an origin's host and port are those that the request was sent to. Its scheme is not
/// looked at: behind a proxy nobody here knows it.
fn is_same_host(origin: &[u8], parts: &Parts) -> bool {
    let Some(host) = str::from_utf8(origin)
        .ok()
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, host)| host)
    else {
        return false;
    };
    let named = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = parts.uri.authority().map(http::uri::Authority::as_str);
    authority.or(named).is_some_and(|named| named.eq_ignore_ascii_case(host))
}

/// Not an origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no origin: write it as browsers do, `https://app.example.com` or `https://app.example.com:8443`"
)]
pub struct OriginError(String);

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn permits(guard: &CrossSite, method: &str, headers: &[(&str, &str)]) -> bool {
        let mut request =
            Request::builder().method(method).uri("/").header(HOST, "shop.example:8443");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        guard.permits(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn an_unsafe_method_must_come_from_this_site() {
        let guard = CrossSite::default();
        for (headers, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://shop.example:8443")], false),
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], true),
            (&[("origin", "https://shop.example:8443")], true),
            (&[("origin", "https://Shop.Example:8443")], true),
            (&[("origin", "https://shop.example")], false),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "https://shop.example:8443.evil.example")], false),
            (&[("origin", "null")], false),
            (&[("origin", "")], false),
            (&[], true),
        ] {
            for method in ["POST", "PUT", "PATCH", "DELETE", "CONNECT", "TRACE", "PROPFIND"] {
                assert_eq!(permits(&guard, method, headers), expected, "{method} {headers:?}");
            }
            for method in ["GET", "HEAD", "OPTIONS"] {
                assert!(permits(&guard, method, headers), "{method} {headers:?}");
            }
        }
    }

    #[test]
    fn a_trusted_origin_and_a_strict_mode() {
        let mut guard = CrossSite { strict: true, ..CrossSite::default() };
        guard.trust("https://app.example").unwrap();
        let trusted = ("origin", "https://app.example");
        assert!(permits(&guard, "POST", &[("sec-fetch-site", "cross-site"), trusted]));
        assert!(permits(&guard, "POST", &[trusted]));
        assert!(!permits(&guard, "POST", &[("origin", "http://app.example")]));
        assert!(!permits(&guard, "POST", &[]));
        assert!(permits(&guard, "GET", &[]));
        for odd in [
            "app.example",
            "https://app.example/",
            "https://",
            "ftp://app.example",
            "https://a@b",
            "null",
            "*",
        ] {
            assert_eq!(guard.trust(odd), Err(OriginError(odd.to_owned())));
        }
    }

    #[test]
    fn an_upgrade_says_where_it_comes_from() {
        let guard = CrossSite::default();
        let upgrade = ("upgrade", "websocket");
        assert!(!permits(&guard, "GET", &[upgrade]));
        assert!(!permits(&guard, "GET", &[upgrade, ("origin", "https://evil.example")]));
        assert!(permits(&guard, "GET", &[upgrade, ("origin", "https://shop.example:8443")]));
        assert!(permits(&guard, "GET", &[upgrade, ("sec-fetch-site", "same-origin")]));
    }
}
