//! Whether a request comes from this site: what stands between a session and a form on another.
//!
//! After Go 1.25's `CrossOriginProtection`: browsers say where a request comes from, in
//! `Sec-Fetch-Site` or at least in `Origin`, and scripts of other sites cannot change either.

use http::header::{HeaderName, HeaderValue, ORIGIN, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, Method};

use crate::engine::error::Refusal;
use crate::engine::origin::{self, Origin, OriginError};

pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

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
        origin::check(origin)?;
        self.trusted.push(origin.to_owned());
        Ok(())
    }

    /// Whether the request may act on a session.
    pub(crate) fn permit(&self, parts: &Parts) -> Result<(), Refusal> {
        if !is_unsafe(parts) {
            return Ok(());
        }
        let origin = bytes(&parts.headers, &ORIGIN);
        match (bytes(&parts.headers, &SEC_FETCH_SITE), origin) {
            // No browser leaves out both, and one that opens a WebSocket never leaves out `Origin`.
            (None, None) if opens_socket(parts) => Err(Refusal::SocketWithoutOrigin),
            (None, None) if self.strict => Err(Refusal::WithoutOrigin),
            (Some(b"same-origin" | b"none"), _) | (None, None) => Ok(()),
            (_, Some(origin)) if self.trusts(origin) => Ok(()),
            (None, Some(origin)) if is_same_host(origin, parts) => Ok(()),
            _ => Err(Refusal::CrossSite),
        }
    }

    /// Whether the request comes from another site in a way in which browsers withhold
    /// `SameSite` cookies: without one, nobody knows whether there is one.
    ///
    /// Where `Sec-Fetch-Site` is absent sites are told by their names: of one site are the same
    /// host, hosts in the cookie's own domain, and a trusted origin with the same last two labels.
    pub(crate) fn may_withhold(&self, parts: &Parts, domain: Option<&str>) -> bool {
        if !is_unsafe(parts) {
            return false;
        }
        match (bytes(&parts.headers, &SEC_FETCH_SITE), bytes(&parts.headers, &ORIGIN)) {
            (Some(b"same-origin" | b"same-site" | b"none"), _) | (None, None) => false,
            (Some(_), _) => true,
            (None, Some(origin)) => {
                let both = Origin::parse(origin).zip(origin::requested(parts));
                !both.is_some_and(|(named, request)| {
                    named.is_on_host_of(&request)
                        || domain.is_some_and(|domain| named.shares(domain, &request))
                        || self.trusts(origin) && named.shares_two_labels(&request)
                })
            }
        }
    }

    fn trusts(&self, origin: &[u8]) -> bool {
        self.trusted.iter().any(|trusted| trusted.as_bytes() == origin)
    }
}

/// Whether the request may change something, or opens a WebSocket.
fn is_unsafe(parts: &Parts) -> bool {
    !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) || opens_socket(parts)
}

/// Whether it opens a WebSocket: an upgrade, or HTTP/2's extended CONNECT, whose `:protocol` only
/// the server sees. Other upgrades (`h2c`) no page can ask for.
fn opens_socket(parts: &Parts) -> bool {
    let names_it = |line: &HeaderValue| {
        line.as_bytes()
            .split(|&byte| byte == b',')
            .any(|name| name.trim_ascii().eq_ignore_ascii_case(b"websocket"))
    };
    parts.method == Method::CONNECT || parts.headers.get_all(UPGRADE).iter().any(names_it)
}

/// Whether an origin's host and port are those that the request was sent to.
fn is_same_host(origin: &[u8], parts: &Parts) -> bool {
    let both = Origin::parse(origin).zip(origin::requested(parts));
    both.is_some_and(|(origin, request)| origin.is_of(&request))
}

fn bytes<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a [u8]> {
    headers.get(name).map(HeaderValue::as_bytes)
}

#[cfg(test)]
mod tests {
    use http::Request;
    use http::header::HOST;

    use super::*;

    fn permits(guard: &CrossSite, method: &str, headers: &[(&str, &str)]) -> bool {
        let mut request =
            Request::builder().method(method).uri("/").header(HOST, "shop.example:8443");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        guard.permit(&request.body(()).unwrap().into_parts().0).is_ok()
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
            for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
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
        assert!(guard.trust("https://app.example/").is_err());
    }

    #[test]
    fn a_default_port_is_no_difference() {
        let guard = CrossSite::default();
        for (host, origin, expected) in [
            ("shop.example", "https://shop.example", true),
            ("shop.example:443", "https://shop.example", true),
            ("shop.example", "https://shop.example:443", true),
            ("shop.example:80", "http://shop.example", true),
            ("shop.example", "http://shop.example", true),
            ("[::1]:443", "https://[::1]", true),
            ("shop.example:80", "https://shop.example", false),
            ("shop.example:443", "http://shop.example", false),
            ("shop.example:443", "https://shop.example:8443", false),
            ("shop.example:443", "https://evil.example", false),
            ("ann@shop.example", "https://shop.example", false),
            ("shop.example", "https://ann@shop.example", false),
            ("shop.example", "https://shop.example/", false),
            ("shop.example", "app://shop.example", false),
            ("", "https://", false),
        ] {
            let headers = |request: http::request::Builder| {
                let request = request.method("POST").header(ORIGIN, origin).body(());
                guard.permit(&request.unwrap().into_parts().0).is_ok()
            };
            let by_host = headers(Request::builder().uri("/").header(HOST, host));
            assert_eq!(by_host, expected, "{host} {origin}");
            // HTTP/2 names it in `:authority`.
            if let Ok(uri) = format!("https://{host}/").parse::<http::Uri>() {
                let request = Request::builder().uri(uri).header(HOST, "elsewhere.example");
                assert_eq!(headers(request), expected, "{host} {origin}");
            }
        }
    }

    #[test]
    fn an_upgrade_says_where_it_comes_from() {
        let guard = CrossSite::default();
        let origin = |origin| ("origin", origin);
        let ours = origin("https://shop.example:8443");
        for upgrade in ["websocket", "WebSocket", "h2c, websocket"] {
            let upgrade = ("upgrade", upgrade);
            assert!(!permits(&guard, "GET", &[upgrade]));
            assert!(!permits(&guard, "GET", &[upgrade, origin("https://evil.example")]));
            assert!(permits(&guard, "GET", &[upgrade, ours]));
            assert!(permits(&guard, "GET", &[upgrade, ("sec-fetch-site", "same-origin")]));
        }
        assert!(permits(&guard, "GET", &[("upgrade", "h2c"), ("connection", "Upgrade")]));
        assert!(permits(&guard, "GET", &[("upgrade", "h2c"), origin("https://evil.example")]));
        assert!(!permits(&guard, "CONNECT", &[]));
        assert!(!permits(&guard, "CONNECT", &[origin("https://evil.example")]));
        assert!(permits(&guard, "CONNECT", &[ours]));
    }

    #[test]
    fn what_names_no_origin_is_refused_in_its_own_words() {
        let refusal = |strict: bool, request: http::request::Builder| {
            let guard = CrossSite { strict, ..CrossSite::default() };
            let refused = guard.permit(&request.body(()).unwrap().into_parts().0);
            refused.unwrap_err().to_string()
        };
        let socket = || Request::get("/").header("upgrade", "websocket");
        assert!(refusal(false, socket()).contains("WebSocket"));
        assert!(refusal(true, Request::post("/")).contains("which site"));
        let foreign = socket().header("origin", "https://evil.example");
        assert_eq!(refusal(false, foreign), "this request comes from another site");
    }

    #[test]
    fn a_cookie_may_be_withheld_from_unsafe_requests_of_other_sites() {
        let mut guard = CrossSite::default();
        guard.trust("https://app.shop.example").unwrap();
        guard.trust("https://partner.example").unwrap();
        let withheld = |method: &str, headers: &[(&str, &str)], domain| {
            let mut request = Request::builder().method(method).uri("/");
            request = request.header(HOST, "www.shop.example:8443");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            guard.may_withhold(&request.body(()).unwrap().into_parts().0, domain)
        };
        let site = |site| [("sec-fetch-site", site)];
        let origin = |origin| [("origin", origin)];
        for (headers, expected) in [
            (site("cross-site"), true),
            (site("something new"), true),
            (site("same-site"), false),
            (site("same-origin"), false),
            (site("none"), false),
            (origin("https://evil.example"), true),
            (origin("https://partner.example"), true),
            (origin("null"), true),
            (origin("https://blog.shop.example"), true),
            (origin("https://app.shop.example"), false),
            (origin("https://www.shop.example"), false),
            (origin("http://www.shop.example:3000"), false),
            ([("accept", "*/*")], false),
        ] {
            assert_eq!(withheld("POST", &headers, None), expected, "{headers:?}");
            assert!(!withheld("GET", &headers, None), "{headers:?}");
        }
        let sibling = origin("https://blog.shop.example");
        assert!(!withheld("POST", &sibling, Some("shop.example")));
        assert!(withheld("POST", &origin("https://evilshop.example"), Some("shop.example")));
        let socket = [("upgrade", "websocket"), ("sec-fetch-site", "cross-site")];
        assert!(withheld("GET", &socket, None));
    }
}
