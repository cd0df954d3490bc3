//! Private pages: what browsers and caches may keep of the responses to somebody who is logged in.

use http::header::{CACHE_CONTROL, ETAG, Entry, HeaderValue, LAST_MODIFIED};
use http::{Response, StatusCode};

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// What browsers and caches may keep of a response that depended on a session in which somebody is
/// logged in: nothing, unless told otherwise. For
/// [`EngineBuilder::cache_control`](crate::EngineBuilder::cache_control).
///
/// It is about responses of functions that opened the session; others are left alone, and so is a
/// response that has a `Cache-Control` of its own. A 304, and a response with `ETag` or
/// `Last-Modified`, gets `private, no-cache` in place of `no-store`: browsers keep it, and ask each
/// time whether it is still good. A response that sets the session's cookie has `no-store` always.
///
/// ```
/// # use session_core::{BuildError, Engine, MemoryStore, PrivatePages, session};
/// # #[session] pub struct Shop { cart: Vec<String> }
/// # fn main() -> Result<(), BuildError> {
/// let engine = Engine::<Shop>::builder(MemoryStore::new()).cache_control(PrivatePages::NoCache).build()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrivatePages {
    /// They keep what they like: the application sets `Cache-Control` itself.
    Unset,
    /// `Cache-Control: private, no-cache`: browsers keep it and ask before they use it, but their back
    /// button may show it after a log-out.
    NoCache,
    /// `Cache-Control: no-store`: after a log-out, the back button shows nothing of before.
    #[default]
    NoStore,
}

/// A response's `private, no-cache` is of [`PrivatePages::NoCache`], and not its own: stricter
/// sessions may replace it.
#[derive(Clone, Copy, Debug)]
struct MayBeStricter;

impl PrivatePages {
    /// Tells caches what they may keep of a response, unless that says so itself.
    pub fn mark<B>(self, response: &mut Response<B>) {
        if self == Self::Unset {
            return;
        }
        // Few headers are seen through sooner than looked up.
        let mut names = response.headers().keys();
        let has_validator = response.status() == StatusCode::NOT_MODIFIED
            || names.any(|name| name == ETAG || name == LAST_MODIFIED);
        let value = if self == Self::NoCache || has_validator { REVALIDATE } else { NO_STORE };
        match response.headers_mut().entry(CACHE_CONTROL) {
            Entry::Vacant(cache_control) => {
                cache_control.insert(value);
                if self == Self::NoCache {
                    response.extensions_mut().insert(MayBeStricter);
                }
            }
            Entry::Occupied(cache_control) => {
                if value == NO_STORE && cache_control.get() == REVALIDATE {
                    let is_ours = response.extensions().get::<MayBeStricter>().is_some();
                    if is_ours {
                        response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(pages: &[PrivatePages], status: u16, headers: &[(&str, &str)]) -> Option<String> {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let mut response = response.body(()).unwrap();
        for pages in pages {
            pages.mark(&mut response);
        }
        let said: Vec<_> = response.headers().get_all(CACHE_CONTROL).iter().collect();
        assert!(said.len() <= 1, "{said:?}");
        said.first().map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn what_says_nothing_is_not_stored_and_what_can_be_asked_for_again_is_asked_for() {
        use PrivatePages::{NoCache, NoStore, Unset};

        let (etag, modified) = (("etag", "\"1\""), ("last-modified", "Thu, 01 Jan 1970"));
        let own = ("cache-control", "public, max-age=60");
        for (status, headers, expected) in [
            (200, &[][..], ["no-store", "private, no-cache"]),
            (303, &[], ["no-store", "private, no-cache"]),
            (403, &[], ["no-store", "private, no-cache"]),
            (304, &[], ["private, no-cache"; 2]),
            (200, &[etag], ["private, no-cache"; 2]),
            (200, &[modified], ["private, no-cache"; 2]),
            (200, &[own], ["public, max-age=60"; 2]),
            (200, &[own, etag], ["public, max-age=60"; 2]),
            (200, &[("cache-control", "")], [""; 2]),
        ] {
            for (pages, expected) in [NoStore, NoCache].into_iter().zip(expected) {
                assert_eq!(marked(&[pages], status, headers).as_deref(), Some(expected));
            }
            let own = headers.iter().find(|(name, _)| *name == "cache-control");
            assert_eq!(marked(&[Unset], status, headers).as_deref(), own.map(|(_, value)| *value));
        }
    }

    #[test]
    fn of_two_sessions_the_stricter_one_counts() {
        use PrivatePages::{NoCache, NoStore, Unset};

        for pages in [[NoCache, NoStore], [NoStore, NoCache], [Unset, NoStore], [NoStore, Unset]] {
            assert_eq!(marked(&pages, 200, &[]).as_deref(), Some("no-store"), "{pages:?}");
        }
        let own = [("cache-control", "private, no-cache")];
        assert_eq!(marked(&[NoCache, NoStore], 200, &own).as_deref(), Some("private, no-cache"));
        let etag = [("etag", "\"1\"")];
        assert_eq!(marked(&[NoCache, NoStore], 200, &etag).as_deref(), Some("private, no-cache"));
    }
}
