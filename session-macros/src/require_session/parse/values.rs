//! The values of options that are strings: a duration and a path on this site.

use syn::{Error, LitStr, Result};

/// The seconds in a duration like `10m`.
pub(super) fn seconds(duration: &LitStr) -> Result<u64> {
    let text = duration.value();
    let unit = match text.bytes().last() {
        Some(b's') => 1,
        Some(b'm') => 60,
        Some(b'h') => 60 * 60,
        Some(b'd') => 24 * 60 * 60,
        _ => 0,
    };
    let number = text.get(..text.len().saturating_sub(1)).unwrap_or_default();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: Option<u64> = number.parse().ok().filter(|_| is_number);
    match number.and_then(|number| number.checked_mul(unit)) {
        Some(seconds) if seconds > 0 => Ok(seconds),
        _ => Err(Error::new(
            duration.span(),
            "`fresh` takes a span of a second or more, a number and `s`, `m`, `h` or `d`: \
             write `fresh = \"10m\"`",
        )),
    }
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
    fn a_duration_is_a_number_and_a_unit() {
        for (text, expected) in [("1s", 1), ("10m", 600), ("2h", 7200), ("30d", 2_592_000)] {
            assert_eq!(seconds(&literal(text)).unwrap(), expected);
        }
        for text in [
            "",
            "10",
            "m",
            "0s",
            "00m",
            "-1s",
            "+1s",
            "1.5h",
            "1 m",
            "1M",
            "1ms",
            "10min",
            "ü",
            "1ü",
            "18446744073709551615d",
            "99999999999999999999s",
        ] {
            assert!(seconds(&literal(text)).is_err(), "{text:?}");
        }
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
