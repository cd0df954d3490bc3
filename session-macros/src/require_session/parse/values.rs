//! The values of options that are strings: a duration and a path on this site.

use syn::{Error, LitStr, Result};

use crate::duration;

/// The seconds in a duration like `10m`.
pub(super) fn seconds(duration: &LitStr) -> Result<u64> {
    duration::seconds(&duration.value()).ok_or_else(|| {
        Error::new(
            duration.span(),
            "`fresh` takes a span of a second or more, a number and `s`, `m`, `h` or `d`: \
             write `fresh = \"10m\"`",
        )
    })
}

/// A path that no browser resolves to another site, and to which `?next=…` can be appended.
pub(super) fn local_path(path: LitStr) -> Result<LitStr> {
    let text = path.value();
    let expected = if !text.starts_with('/') {
        "begins with `/`"
    } else if matches!(text.as_bytes().get(1), Some(b'/' | b'\\')) {
        "begins with one `/`: two lead to another site"
    } else if text.contains('#') {
        "has no `#`: what follows it, no server is sent"
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        "is percent-encoded, with no space, control character or `\\`"
    } else {
        return Ok(path);
    };
    let message = format!("the path of `or_redirect` {expected}; write `or_redirect = \"/login\"`");
    Err(Error::new(path.span(), message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> LitStr {
        LitStr::new(text, proc_macro2::Span::call_site())
    }

    #[test]
    fn a_redirect_path_stays_on_this_site() {
        for text in ["/", "/login", "/a/b?c=d&e", "/%C3%BC", "/a//b"] {
            assert_eq!(local_path(literal(text)).unwrap().value(), text);
        }
        for text in [
            "",
            "login",
            "https://a",
            "//a",
            "/\\a",
            "/a\\b",
            "/a b",
            "/\t/a",
            "/a\r\nb: c",
            "/\0",
            "/\u{7f}",
            "/ü",
            "/login#form",
        ] {
            assert!(local_path(literal(text)).is_err(), "{text:?}");
        }
    }
}
