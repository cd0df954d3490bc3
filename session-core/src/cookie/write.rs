//! Writes the session cookie, and what caches must know, into a response's headers.

use std::fmt::Write as _;
use std::time::Duration;

use cookie::{Cookie as Header, SameSite, time};
use http::header::{CACHE_CONTROL, Entry, HeaderMap, HeaderValue, SET_COOKIE, VARY};
use zeroize::Zeroizing;

use super::chunks::{name_of, split};
use super::clear_site_data::keep_cookies;
use super::read::MAX_CHUNKS;
use super::session_cookie::SessionCookie;

/// The one thing that a response says about the session cookie.
pub(crate) enum SetCookie {
    /// Keep this value: until the browser closes, or for so long.
    Keep { value: Zeroizing<String>, max_age: Option<Duration> },
    /// Forget it.
    Remove,
}

impl SetCookie {
    /// Puts it into the headers, with `Cache-Control: no-store`. Of the cookies that the request
    /// showed, those that are not kept are removed; a line that a handler wrote under a name of
    /// ours gives way.
    pub(crate) fn write(&self, cookie: &SessionCookie, presented: usize, headers: &mut HeaderMap) {
        let (parts, max_age) = match self {
            Self::Keep { value, max_age } => (split(cookie.name(), value), *max_age),
            Self::Remove => (Vec::new(), None),
        };
        let ours = |line: &HeaderValue| is_of(line, cookie.name(), parts.len().max(presented));
        let others: Vec<_> =
            headers.get_all(SET_COOKIE).iter().filter(|line| !ours(line)).cloned().collect();
        headers.remove(SET_COOKIE);
        for line in others {
            headers.append(SET_COOKIE, line);
        }
        for index in 0..parts.len().max(presented) {
            let header = match parts.get(index) {
                Some(part) => cookie.header(index, part, max_age),
                None => cookie.header(index, "", Some(Duration::ZERO)),
            };
            let mut value = HeaderValue::try_from(header).expect("a checked name and base64url");
            value.set_sensitive(true);
            headers.append(SET_COOKIE, value);
        }
        if !parts.is_empty() {
            keep_cookies(headers);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Whether a `Set-Cookie` line is of the session cookie of this name, or a part of it.
pub(crate) fn is_named(line: &HeaderValue, name: &str) -> bool {
    is_of(line, name, MAX_CHUNKS)
}

fn is_of(line: &HeaderValue, name: &str, parts: usize) -> bool {
    let named = line.as_bytes().split(|&byte| byte == b'=').next().unwrap_or_default();
    (0..parts).any(|index| name_of(name, index).as_bytes() == named)
}

impl SessionCookie {
    fn header(&self, index: usize, value: &str, max_age: Option<Duration>) -> String {
        let mut header = Header::build((name_of(self.name(), index), value))
            .path("/")
            .secure(self.secure)
            .http_only(true)
            .same_site(if self.strict { SameSite::Strict } else { SameSite::Lax });
        if let Some(domain) = &self.domain {
            header = header.domain(domain.as_str());
        }
        if let Some(max_age) = max_age {
            let seconds = i64::try_from(max_age.as_secs()).unwrap_or(i64::MAX);
            header = header.max_age(time::Duration::seconds(seconds));
        }
        // Written into room enough: what `to_string` begins with grows several times.
        let mut line = String::with_capacity(value.len() + 160);
        write!(line, "{header}").expect("a string takes whatever is written");
        line
    }
}

/// Says that the response depends on the cookie, beside what else it depends on.
pub fn vary(headers: &mut HeaderMap) {
    let says_so = |line: &HeaderValue| {
        line.as_bytes()
            .split(|&byte| byte == b',')
            .map(<[u8]>::trim_ascii)
            .any(|name| name == b"*" || name.eq_ignore_ascii_case(b"cookie"))
    };
    let cookie = HeaderValue::from_static("Cookie");
    match headers.entry(VARY) {
        Entry::Vacant(vary) => _ = vary.insert(cookie),
        Entry::Occupied(vary) if vary.iter().any(says_so) => {}
        Entry::Occupied(mut vary) => vary.append(cookie),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(cookie: &SessionCookie, set: &SetCookie) -> Vec<String> {
        let mut headers = HeaderMap::new();
        set.write(cookie, 1, &mut headers);
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        let mut parts: Vec<_> =
            headers[SET_COOKIE].to_str().unwrap().split("; ").map(str::to_owned).collect();
        parts[1..].sort();
        parts
    }

    fn keep(max_age: Option<Duration>) -> SetCookie {
        SetCookie::Keep { value: Zeroizing::new("token".to_owned()), max_age }
    }

    #[test]
    fn the_default_cookie_has_exactly_these_attributes() {
        let set = keep(None);
        let expected = ["__Host-session=token", "HttpOnly", "Path=/", "SameSite=Lax", "Secure"];
        assert_eq!(attributes(&SessionCookie::default(), &set), expected);
        let strict = attributes(&SessionCookie::default().strict(), &set);
        assert_eq!(strict[3], "SameSite=Strict");
    }

    #[test]
    fn removal_repeats_the_attributes() {
        let cookie = SessionCookie::domain("shop", "example.com").unwrap();
        let expected = [
            "__Secure-shop=",
            "Domain=example.com",
            "HttpOnly",
            "Max-Age=0",
            "Path=/",
            "SameSite=Lax",
            "Secure",
        ];
        assert_eq!(attributes(&cookie, &SetCookie::Remove), expected);
    }

    #[test]
    fn the_development_cookie_only_lacks_what_plain_http_cannot_have() {
        let set = keep(Some(Duration::from_mins(1)));
        let cookie = SessionCookie::insecure_for_development("session").unwrap();
        let expected = ["session=token", "HttpOnly", "Max-Age=60", "Path=/", "SameSite=Lax"];
        assert_eq!(attributes(&cookie, &set), expected);
    }

    #[test]
    fn an_existing_vary_is_kept() {
        for (before, after) in [
            (&["Accept"][..], &["Accept", "Cookie"][..]),
            (&["Accept, cookie"], &["Accept, cookie"]),
            (&["*"], &["*"]),
            (&[], &["Cookie"]),
        ] {
            let mut headers = HeaderMap::new();
            for line in before {
                headers.append(VARY, HeaderValue::from_static(line));
            }
            vary(&mut headers);
            assert_eq!(headers.get_all(VARY).iter().collect::<Vec<_>>(), after);
        }
    }
}
