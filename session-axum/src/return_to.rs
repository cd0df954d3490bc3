//! The way back from a log-in, which a request names and nobody can vouch for.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// A path of this site to go to, `/` unless a safe one was named.
///
/// `or_redirect = "/login"` sends a page's request to `/login?next=…`, where `next` is the page that was asked
/// for. A log-in that believed it would send people wherever a link on another site says
/// (OWASP: unvalidated redirects). So read it as this: whatever is not a path of this site is
/// `/`. Safe is what begins with `/`, goes on with neither `/` nor `\`, and has no control
/// characters, which browsers strip.
///
/// ```
/// use axum::{Form, response::Redirect};
/// use session_axum::{ReturnTo, Session, require_session, session};
///
/// #[session]
/// struct Shop { #[session(principal)] user: Option<String> }
///
/// #[derive(serde::Deserialize)]
/// struct LogIn {
///     user: String,
///     #[serde(default)]
///     next: ReturnTo,
/// }
///
/// #[require_session]
/// async fn log_in(session: &mut Session<Shop>, Form(form): Form<LogIn>) -> Redirect {
///     session.log_in(form.user);                    // after a look at a password
///     Redirect::to(&form.next)
/// }
///
/// assert_eq!(&*ReturnTo::from("/cart?page=2"), "/cart?page=2");
/// assert_eq!(&*ReturnTo::from("https://evil.example"), "/");
/// assert_eq!(&*ReturnTo::from("//evil.example"), "/");
/// ```
///
/// A page that repeats it, in a hidden field say, escapes it as any other text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String")]
#[doc(alias("redirect", "next"))]
pub struct ReturnTo(String);

impl From<String> for ReturnTo {
    fn from(path: String) -> Self {
        if is_safe(&path) { Self(path) } else { Self::default() }
    }
}

impl From<&str> for ReturnTo {
    fn from(path: &str) -> Self {
        path.to_owned().into()
    }
}

impl Default for ReturnTo {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl Deref for ReturnTo {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether it is a path of this site, for a browser too.
pub(crate) fn is_safe(path: &str) -> bool {
    path.starts_with('/')
        && !matches!(path.as_bytes().get(1), Some(b'/' | b'\\'))
        && !path.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_guard_only_a_path_of_this_site_is_gone_back_to() {
        for path in ["/", "/a", "/a?b=//c", "/a/\\b", "/?next=https://a", "/%09/a", "/ü"] {
            assert_eq!(&*ReturnTo::from(path), path);
        }
        for path in [
            "",
            "a",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            " //evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/a\r\nSet-Cookie: a=b",
            "/a\0",
            "/a\u{7f}",
            "/a\u{85}",
        ] {
            assert_eq!(&*ReturnTo::from(path), "/", "{path:?}");
        }
        let read: ReturnTo = serde_json::from_str("\"//evil.example\"").unwrap();
        assert_eq!(read, ReturnTo::default());
        assert_eq!(serde_json::to_string(&ReturnTo::from("/a")).unwrap(), "\"/a\"");
    }
}
