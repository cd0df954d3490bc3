//! Reads the token out of a request's `Cookie` lines, byte by byte and strictly.
//!
//! The general crates percent-decode names, trim Unicode white space and give up at one odd
//! byte: then another cookie could pass for ours, or log everybody out.

use http::HeaderMap;
use http::header::COOKIE;

use crate::token::Token;

/// The most bytes of cookies that are read, and the most cookies.
const BYTES: usize = 16 * 1024;
const PAIRS: usize = 128;

/// What a request shows under the session cookie's name.
#[derive(Debug)]
pub(crate) enum Presented {
    Nothing,
    /// Spelled as a token; whether it is anybody's, the store knows.
    Token(Token),
    Malformed,
    /// Twice: which of them the user's browser was given, nobody can tell.
    Repeated,
}

/// More cookies than are read: answered 431.
#[derive(Debug)]
pub(crate) struct TooManyCookies;

pub(crate) fn read(headers: &HeaderMap, name: &str) -> Result<Presented, TooManyCookies> {
    let (mut bytes, mut pairs) = (0, 0);
    let mut found = None;
    for line in headers.get_all(COOKIE) {
        bytes += line.len();
        if bytes > BYTES {
            return Err(TooManyCookies);
        }
        for pair in line.as_bytes().split(|&byte| byte == b';') {
            pairs += 1;
            if pairs > PAIRS {
                return Err(TooManyCookies);
            }
            let Some(equals) = pair.iter().position(|&byte| byte == b'=') else { continue };
            if trim(&pair[..equals]) == name.as_bytes() && found.replace(trim(&pair[equals + 1..])).is_some() {
                return Ok(Presented::Repeated);
            }
        }
    }
    Ok(match found {
        None => Presented::Nothing,
        Some(value) => Token::parse(value).map_or(Presented::Malformed, Presented::Token),
    })
}

/// Without the spaces and tabs around it: RFC 6265bis knows no other white space.
fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const NAME: &str = "__Host-session";

    fn spelled() -> String {
        "A".repeat(Token::LENGTH)
    }

    fn read_lines<L: AsRef<[u8]>>(lines: &[L]) -> Result<Presented, TooManyCookies> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line.as_ref()).unwrap());
        }
        read(&headers, NAME)
    }

    #[test]
    fn requirement_19_an_odd_byte_in_another_cookie_changes_nothing() {
        for odd in [&b"a=\xff"[..], b"b\x80=1", b"=", b"====", b"x", b"q=\"a", b"$Version=1"] {
            let line = [odd, b"; ", NAME.as_bytes(), b"=", spelled().as_bytes()].concat();
            assert!(matches!(read_lines(&[line]), Ok(Presented::Token(_))), "{odd:?}");
        }
    }

    #[test]
    fn requirement_20_only_the_very_name_is_the_name() {
        for name in ["__host-session", "__Host%2Dsession", "\u{a0}__Host-session", "__Host-session2", "Host-session"] {
            let line = format!("{name}={}", spelled());
            assert!(matches!(read_lines(&[line]), Ok(Presented::Nothing)), "{name}");
        }
        let padded = format!("a=1;\t {NAME} \t=  {} ", spelled());
        assert!(matches!(read_lines(&[padded]), Ok(Presented::Token(_))));
    }

    #[test]
    fn requirement_21_every_cookie_line_is_read() {
        let line = format!("{NAME}={}", spelled());
        assert!(matches!(read_lines(&["a=1", &line, "b=2"]), Ok(Presented::Token(_))));
    }

    #[test]
    fn requirement_22_a_second_cookie_of_the_name_is_hostile() {
        let line = format!("{NAME}={}", spelled());
        assert!(matches!(read_lines(&[&line, &line]), Ok(Presented::Repeated)));
        assert!(matches!(read_lines(&[format!("{NAME}=; {line}")]), Ok(Presented::Repeated)));
    }

    #[test]
    fn requirement_23_quotes_and_commas_have_no_meaning() {
        for value in [format!("\"{}\"", spelled()), format!("{},{}", spelled(), spelled())] {
            assert!(matches!(read_lines(&[format!("{NAME}={value}")]), Ok(Presented::Malformed)));
        }
    }

    #[test]
    fn requirement_24_past_16_kib_or_128_pairs_nothing_is_read() {
        let pairs = |count: usize| vec!["a=1"; count].join(";");
        assert!(read_lines(&[pairs(128)]).is_ok());
        assert!(read_lines(&[pairs(129)]).is_err());
        assert!(read_lines(&[pairs(100), pairs(29)]).is_err());
        assert!(read_lines(&["a".repeat(16 * 1024)]).is_ok());
        assert!(read_lines(&["a".repeat(16 * 1024), "b".into()]).is_err());
    }
}
