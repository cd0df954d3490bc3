//! Reads the session cookie's value out of a request's `Cookie` lines, byte by byte and strictly.
//!
//! The general crates percent-decode names, trim Unicode white space and give up at one odd
//! byte: then another cookie could pass for ours, or log everybody out.

use http::HeaderMap;
use http::header::COOKIE;
use memchr::memchr;

/// The most bytes of cookies that are read, and the most cookies.
const MAX_COOKIE_BYTES: usize = 16 * 1024;
const MAX_PAIRS: usize = 128;

/// The most cookies that a value is spread over: more would not fit what servers read.
pub(crate) const MAX_CHUNKS: usize = 3;

/// What a request shows under a session cookie's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presented<'a> {
    Nothing,
    Value(&'a [u8]),
    /// Twice: which of them the user's browser was given, nobody can tell.
    Repeated,
}

/// Of cookies of one name, the most that are looked at.
const MAX_REPEATED: usize = 4;

/// What a request shows under the session cookie's name, and under that name and `.1`, `.2`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cookies<'a> {
    pub(super) parts: [Presented<'a>; MAX_CHUNKS],
    /// The values under the very name, as far as they have room, and how many there were.
    values: [&'a [u8]; MAX_REPEATED],
    count: usize,
}

/// Why the cookies of a session's name have no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CookieFault {
    /// A part is missing, or the number of parts is not one.
    Malformed,
    /// There are two of one name.
    Repeated,
}

/// More cookies than are read: answered 431.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooManyCookies;

impl<'a> Cookies<'a> {
    pub(crate) fn read(headers: &'a HeaderMap, name: &str) -> Result<Self, TooManyCookies> {
        let (parts, values) = ([Presented::Nothing; MAX_CHUNKS], [&[][..]; MAX_REPEATED]);
        let mut cookies = Self { parts, values, count: 0 };
        let (mut bytes, mut pairs) = (0, 0);
        for line in headers.get_all(COOKIE) {
            bytes += line.len();
            if bytes > MAX_COOKIE_BYTES {
                return Err(TooManyCookies);
            }
            let mut rest = Some(line.as_bytes());
            while let Some(line) = rest {
                pairs += 1;
                if pairs > MAX_PAIRS {
                    return Err(TooManyCookies);
                }
                let (pair, after) = match memchr(b';', line) {
                    Some(end) => (&line[..end], Some(&line[end + 1..])),
                    None => (line, None),
                };
                rest = after;
                if let Some((index, value)) = ours(pair, name) {
                    cookies.add(index, value);
                }
            }
        }
        Ok(cookies)
    }

    fn add(&mut self, index: usize, value: &'a [u8]) {
        let part = &mut self.parts[index];
        *part = match part {
            Presented::Nothing => Presented::Value(value),
            Presented::Value(_) | Presented::Repeated => Presented::Repeated,
        };
        if index == 0 {
            if let Some(place) = self.values.get_mut(self.count) {
                *place = value;
            }
            self.count += 1;
        }
    }

    /// The different values, if there are several cookies of the very name and each is a whole one:
    /// four at most. Which parts belong together nobody could tell.
    pub(crate) fn repeated(&self) -> Option<Vec<&'a [u8]>> {
        let values = self.values.get(..self.count).filter(|values| values.len() > 1)?;
        let is_part = |value: &&[u8]| value.get(1) == Some(&b'.');
        let has_parts = self.parts[1..].iter().any(|part| *part != Presented::Nothing);
        if has_parts || values.iter().any(is_part) {
            return None;
        }
        let mut different = Vec::with_capacity(values.len());
        for value in values {
            if !different.contains(value) {
                different.push(*value);
            }
        }
        Some(different)
    }
}

/// Which of the session's cookies a pair is, and its value, if it is one.
fn ours<'a>(pair: &'a [u8], name: &str) -> Option<(usize, &'a [u8])> {
    let rest = trim(pair).strip_prefix(name.as_bytes())?;
    let (index, rest) = match rest {
        [b'.', b'1', rest @ ..] => (1, rest),
        [b'.', b'2', rest @ ..] => (2, rest),
        rest => (0, rest),
    };
    let value = trim(rest).strip_prefix(b"=")?;
    Some((index, trim(value)))
}

/// Without the spaces and tabs around it: RFC 6265bis knows no other white space.
pub(super) fn trim(mut bytes: &[u8]) -> &[u8] {
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

    fn read<'a>(headers: &'a HeaderMap, name: &str) -> Result<Presented<'a>, TooManyCookies> {
        Cookies::read(headers, name).map(|cookies| cookies.parts[0])
    }

    fn lines<L: AsRef<[u8]>>(lines: &[L]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line.as_ref()).unwrap());
        }
        headers
    }

    #[test]
    fn an_odd_byte_in_another_cookie_changes_nothing() {
        for odd in [&b"a=\xff"[..], b"b\x80=1", b"=", b"====", b"x", b"q=\"a", b"$Version=1"] {
            let line = [odd, b"; ", NAME.as_bytes(), b"=token"].concat();
            assert_eq!(read(&lines(&[line]), NAME), Ok(Presented::Value(b"token")), "{odd:?}");
        }
    }

    #[test]
    fn only_the_very_name_is_the_name() {
        for name in [
            "__host-session",
            "__Host%2Dsession",
            "\u{a0}__Host-session",
            "__Host-session2",
            "Host-session",
        ] {
            assert_eq!(
                read(&lines(&[format!("{name}=token")]), NAME),
                Ok(Presented::Nothing),
                "{name}"
            );
        }
        let padded = format!("a=1;\t {NAME} \t=  token ");
        assert_eq!(read(&lines(&[padded]), NAME), Ok(Presented::Value(b"token")));
    }

    #[test]
    fn every_cookie_line_is_read() {
        let line = format!("{NAME}=token");
        assert_eq!(read(&lines(&["a=1", &line, "b=2"]), NAME), Ok(Presented::Value(b"token")));
    }

    #[test]
    fn a_second_cookie_of_the_name_is_hostile() {
        let line = format!("{NAME}=token");
        assert_eq!(read(&lines(&[&line, &line]), NAME), Ok(Presented::Repeated));
        assert_eq!(read(&lines(&[format!("{NAME}=; {line}")]), NAME), Ok(Presented::Repeated));
    }

    #[test]
    fn four_whole_cookies_of_one_name_are_told_apart() {
        let repeated = |pairs: &[&str]| {
            let headers = lines(pairs);
            let cookies = Cookies::read(&headers, "s").unwrap();
            let values = cookies.repeated()?;
            Some(values.iter().map(|value| String::from_utf8(value.to_vec()).unwrap()).collect())
        };
        let some = |values: &[&str]| Some(values.iter().map(|&value| value.into()).collect());
        assert_eq!(repeated(&["s=a; s=b"]), some(&["a", "b"]) as Option<Vec<String>>);
        assert_eq!(repeated(&["s=a", "s=b; x=y; s=a"]), some(&["a", "b"]));
        assert_eq!(repeated(&["s=a; s=b; s=c; s=d"]), some(&["a", "b", "c", "d"]));
        for none in ["s=a", "x=y", "s=a; s=b; s=c; s=d; s=e", "s=2.a; s=b", "s=a; s=b; s.1=c"] {
            assert_eq!(repeated(&[none]), None, "{none}");
        }
    }

    #[test]
    fn quotes_and_commas_have_no_meaning() {
        for value in ["\"token\"", "token,token", "$Path"] {
            let headers = lines(&[format!("{NAME}={value}")]);
            assert_eq!(read(&headers, NAME), Ok(Presented::Value(value.as_bytes())));
        }
    }

    #[test]
    fn past_16_kib_or_128_pairs_nothing_is_read() {
        let pairs = |count: usize| vec!["a=1"; count].join(";");
        assert!(read(&lines(&[pairs(128)]), NAME).is_ok());
        assert!(read(&lines(&[pairs(129)]), NAME).is_err());
        assert!(read(&lines(&[pairs(100), pairs(29)]), NAME).is_err());
        assert!(read(&lines(&["a".repeat(16 * 1024)]), NAME).is_ok());
        assert!(read(&lines(&["a".repeat(16 * 1024), "b".into()]), NAME).is_err());
    }
}
