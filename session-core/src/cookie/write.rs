//! Writes the session cookie, and what caches must know, into a response's headers.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

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
        let kept =
            |name, value, max_age: &Option<_>| CookieHeader { name, value, max_age: *max_age };
        let forgotten =
            |name| CookieHeader { name, value: "".into(), max_age: Some(Duration::ZERO) };
        let mut lines = Vec::new();
        match self {
            Self::Keep { value, max_age } | Self::Update { value, max_age } => {
                for (index, part) in split(name, value).into_iter().enumerate() {
                    lines.push(kept(name_of(name, index), part, max_age));
                }
            }
            Self::Seen { value, max_age } => {
                lines.push(kept(seen::name_of(name).into(), value.as_str().into(), max_age));
            }
            Self::Remove => {}
        }
        if !matches!(self, Self::Seen { .. }) {
            for index in lines.len()..presented.parts {
                lines.push(forgotten(name_of(name, index)));
            }
        }
        let ends_seen = matches!(self, Self::Keep { .. } | Self::Remove);
        if ends_seen && presented.seen {
            lines.push(forgotten(seen::name_of(name).into()));
        }
        if headers.contains_key(SET_COOKIE) {
            let seen = ends_seen.then(|| seen::name_of(name));
            remove(headers, |named| {
                lines.iter().any(|line| line.name.as_bytes() == named)
                    || seen.as_ref().is_some_and(|seen| seen.as_bytes() == named)
            });
        }
        let mut append = |line: &CookieHeader<'_>, domain| {
            let line = cookie.line(line, domain);
            let mut value = HeaderValue::try_from(line).expect("a checked name and base64url");
            value.set_sensitive(true);
            headers.append(SET_COOKIE, value);
        };
        for domain in leftovers {
            let seen = presented.seen.then(|| seen::name_of(name).into());
            for name in (0..presented.parts).map(|index| name_of(name, index)).chain(seen) {
                append(&forgotten(name), domain.as_deref());
            }
        }
        for line in &lines {
            append(line, cookie.domain_name());
        }
        if matches!(self, Self::Keep { .. } | Self::Update { .. }) {
            keep_cookies(headers);
        }
        keep_from_caches(headers);
    }
}

/// Has no cache keep a response with a secret, whatever its handler said.
pub(crate) fn keep_from_caches(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// What one `Set-Cookie` line says.
struct CookieHeader<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
    max_age: Option<Duration>,
}

/// Removes the `Set-Cookie` lines of these names.
fn remove(headers: &mut HeaderMap, is_removed: impl Fn(&[u8]) -> bool) {
    let lines = headers.get_all(SET_COOKIE).iter();
    let others: Vec<_> = lines.filter(|line| !is_removed(name_in(line))).cloned().collect();
    headers.remove(SET_COOKIE);
    for line in others {
        headers.append(SET_COOKIE, line);
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
    fn line(&self, line: &CookieHeader<'_>, domain: Option<&str>) -> String {
        let CookieHeader { name, value, max_age } = line;
        let mut text = String::with_capacity(name.len() + value.len() + 160);
        for part in [name, "=", value, "; HttpOnly; SameSite="] {
            text.push_str(part);
        }
        text.push_str(if self.strict { "Strict" } else { "Lax" });
        text.push_str(if self.secure { "; Secure; Path=/" } else { "; Path=/" });
        if let Some(domain) = domain {
            text.push_str("; Domain=");
            text.push_str(domain);
        }
        if let Some(max_age) = max_age {
            write!(text, "; Max-Age={}", max_age.as_secs()).expect("a string takes all");
        }
        text
    }
}

/// What of its request a response depends on that depends on a session: from
/// [`Engine::vary`](crate::Engine::vary).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vary {
    /// The cookie.
    Cookie,
    /// The cookie, or else a bearer token.
    CookieAndAuthorization,
}

impl Vary {
    /// Says so in the response's `Vary`, beside what else it depends on.
    pub fn mark(self, headers: &mut HeaderMap) {
        let (all, names) = match self {
            Self::Cookie => ("Cookie", &["Cookie"][..]),
            Self::CookieAndAuthorization => {
                ("Cookie, Authorization", &["Cookie", "Authorization"][..])
            }
        };
        match headers.entry(VARY) {
            Entry::Vacant(vary) => _ = vary.insert(HeaderValue::from_static(all)),
            Entry::Occupied(mut vary) => {
                for name in names {
                    if !vary.iter().any(|line| is_listed(line, name)) {
                        vary.append(HeaderValue::from_static(name));
                    }
                }
            }
        }
    }
}

/// Whether a line of `Vary` has this name among its own, or stands for all.
fn is_listed(line: &HeaderValue, name: &str) -> bool {
    line.as_bytes()
        .split(|&byte| byte == b',')
        .map(<[u8]>::trim_ascii)
        .any(|listed| listed == b"*" || listed.eq_ignore_ascii_case(name.as_bytes()))
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
        for (before, after, with_authorization) in [
            (
                &["Accept"][..],
                &["Accept", "Cookie"][..],
                &["Accept", "Cookie", "Authorization"][..],
            ),
            (&["Accept, cookie"], &["Accept, cookie"], &["Accept, cookie", "Authorization"]),
            (&["authorization"], &["authorization", "Cookie"], &["authorization", "Cookie"]),
            (&["*"], &["*"], &["*"]),
            (&[], &["Cookie"], &["Cookie, Authorization"]),
            (&["Cookie, Authorization"], &["Cookie, Authorization"], &["Cookie, Authorization"]),
        ] {
            for (vary, after) in
                [(Vary::Cookie, after), (Vary::CookieAndAuthorization, with_authorization)]
            {
                let mut headers = HeaderMap::new();
                for line in before {
                    headers.append(VARY, HeaderValue::from_static(line));
                }
                vary.mark(&mut headers);
                assert_eq!(headers.get_all(VARY).iter().collect::<Vec<_>>(), after);
            }
        }
    }
}
