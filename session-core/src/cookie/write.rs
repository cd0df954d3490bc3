//! Writes the session cookie, and what caches must know, into a response's headers.

use std::fmt::Write as _;
use std::time::Duration;

use cookie::{Cookie as Header, SameSite, time};
use http::header::{CACHE_CONTROL, Entry, HeaderMap, HeaderValue, SET_COOKIE, VARY};
use zeroize::Zeroizing;

use super::chunks::{name_of, split};
use super::clear_site_data::keep_cookies;
use super::read::MAX_CHUNKS;
use super::seen::{self, PresentedCookies};
use super::session_cookie::SessionCookie;

/// The one thing that a response says about the session's cookies.
pub(crate) enum SetCookie {
    /// Keep this value, of a session or secret that the browser has not had yet: until the browser
    /// closes, or for so long. A seen cookie beside it is another session's, and removed.
    Keep { value: Zeroizing<String>, max_age: Option<Duration> },
    /// The same for the session that the request came in with: its seen cookie stays.
    Update { value: Zeroizing<String>, max_age: Option<Duration> },
    /// Keep this seen cookie, and the session's own as it is.
    Seen { value: Zeroizing<String>, max_age: Option<Duration> },
    /// Forget them.
    Remove,
}

impl SetCookie {
    /// Puts it into the headers, with `Cache-Control: no-store`. Of the cookies that the request
    /// showed, those that are not kept are removed, also from the domains of leftovers; a line that a
    /// handler wrote under a name of ours gives way.
    pub(crate) fn write(
        &self,
        cookie: &SessionCookie,
        presented: PresentedCookies,
        leftovers: &[Option<String>],
        headers: &mut HeaderMap,
    ) {
        let name = cookie.name();
        let forgotten = || (String::new(), Some(Duration::ZERO));
        let mut lines = Vec::new();
        match self {
            Self::Keep { value, max_age } | Self::Update { value, max_age } => {
                let parts = split(name, value).into_iter().map(|part| (part, *max_age));
                lines.extend(parts.enumerate().map(|(index, line)| (name_of(name, index), line)));
            }
            Self::Seen { value, max_age } => {
                lines.push((seen::name_of(name).into(), (String::clone(value), *max_age)));
            }
            Self::Remove => {}
        }
        if !matches!(self, Self::Seen { .. }) {
            for index in lines.len()..presented.parts {
                lines.push((name_of(name, index), forgotten()));
            }
        }
        let ends_seen = matches!(self, Self::Keep { .. } | Self::Remove);
        if ends_seen && presented.seen {
            lines.push((seen::name_of(name).into(), forgotten()));
        }
        let is_ours = |line: &HeaderValue| {
            let named = name_in(line);
            lines.iter().any(|(name, _)| name.as_bytes() == named)
                || (ends_seen && seen::name_of(name).as_bytes() == named)
        };
        let others: Vec<_> =
            headers.get_all(SET_COOKIE).iter().filter(|line| !is_ours(line)).cloned().collect();
        headers.remove(SET_COOKIE);
        for line in others {
            headers.append(SET_COOKIE, line);
        }
        let mut append = |name: &str, value: &str, max_age, domain: Option<&str>| {
            let header = cookie.header(name, value, max_age, domain);
            let mut value = HeaderValue::try_from(header).expect("a checked name and base64url");
            value.set_sensitive(true);
            headers.append(SET_COOKIE, value);
        };
        for domain in leftovers {
            let seen = presented.seen.then(|| seen::name_of(name).into());
            for name in (0..presented.parts).map(|index| name_of(name, index)).chain(seen) {
                append(&name, "", Some(Duration::ZERO), domain.as_deref());
            }
        }
        for (name, (value, max_age)) in &lines {
            append(name, value, *max_age, cookie.domain_name());
        }
        if matches!(self, Self::Keep { .. } | Self::Update { .. }) {
            keep_cookies(headers);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Whether a `Set-Cookie` line is of the session cookie of this name, a part of it, or the seen
/// cookie beside it.
pub(crate) fn is_named(line: &HeaderValue, name: &str) -> bool {
    let named = name_in(line);
    (0..MAX_CHUNKS).any(|index| name_of(name, index).as_bytes() == named)
        || seen::name_of(name).as_bytes() == named
}

/// The name in a `Set-Cookie` line.
fn name_in(line: &HeaderValue) -> &[u8] {
    line.as_bytes().split(|&byte| byte == b'=').next().unwrap_or_default()
}

impl SessionCookie {
    fn header(
        &self,
        name: &str,
        value: &str,
        max_age: Option<Duration>,
        domain: Option<&str>,
    ) -> String {
        let mut header = Header::build((name, value))
            .path("/")
            .secure(self.secure)
            .http_only(true)
            .same_site(if self.strict { SameSite::Strict } else { SameSite::Lax });
        if let Some(domain) = domain {
            header = header.domain(domain);
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
        set.write(cookie, PresentedCookies { parts: 1, seen: false }, &[], &mut headers);
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
    fn the_parts_of_a_session_cookie_are_told_from_other_cookies() {
        let named = |line| is_named(&HeaderValue::from_static(line), "__Host-session");
        assert!(named("__Host-session=token; Path=/") && named("__Host-session.1=rest"));
        for other in ["theme=dark", "__Host-session2=a", "__Host-session.9=a", "session=a", ""] {
            assert!(!named(other), "{other}");
        }
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
