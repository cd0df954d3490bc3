//! The cookies of another library.

use cookie::{Cookie, CookieJar};
use http::HeaderMap;
use http::header::COOKIE;

/// The cookie of this name, its value as it was before it was encoded for the header.
pub fn find(headers: &HeaderMap, name: &str) -> Option<Cookie<'static>> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(Cookie::split_parse_encoded).flatten();
    cookies.find(|cookie| cookie.name() == name).map(Cookie::into_owned)
}

/// The same, in a jar, by which a signed or encrypted one is opened.
pub fn jar(headers: &HeaderMap, name: &str) -> Option<CookieJar> {
    let mut jar = CookieJar::new();
    jar.add_original(find(headers, name)?);
    Some(jar)
}
