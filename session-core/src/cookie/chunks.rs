//! A value too long for one cookie, spread over several.
//!
//! The first has the cookie's name, the others that name and `.1`, `.2`. What is spread begins
//! with the number of cookies and a dot, which no base64url value has, so that it is clear when
//! one is missing: part of a session is no session.

use std::borrow::Cow;

use super::read::{CookieFault, Cookies, MAX_CHUNKS, Presented};

/// The most bytes of a cookie's name and value together (RFC 6265bis, 5.6).
const MAX_BYTES: usize = 4096;

/// How long a value may be that is spread over so many cookies.
pub(crate) fn room(name: &str, chunks: usize) -> usize {
    match chunks {
        1 => MAX_BYTES - name.len(),
        _ => chunks * chunk(name),
    }
}

/// How much of a value that is spread one cookie takes.
fn chunk(name: &str) -> usize {
    MAX_BYTES - name.len() - 2
}

/// The name of one of a session's cookies.
pub(crate) fn name_of(name: &str, index: usize) -> Cow<'_, str> {
    match index {
        0 => Cow::Borrowed(name),
        _ => Cow::Owned(format!("{name}.{index}")),
    }
}

/// The value as the values of as many cookies as it needs.
pub(crate) fn split<'a>(name: &str, value: &'a str) -> Vec<Cow<'a, str>> {
    if value.len() <= room(name, 1) {
        return vec![Cow::Borrowed(value)];
    }
    let count = value.len().div_ceil(chunk(name));
    let mut rest = value;
    let mut parts = Vec::with_capacity(count);
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.len().min(chunk(name)));
        parts.push(match parts.len() {
            0 => Cow::Owned(format!("{count}.{part}")),
            _ => Cow::Borrowed(part),
        });
        rest = after;
    }
    parts
}

impl<'a> Cookies<'a> {
    /// The value that they make up together, if there is any.
    pub(crate) fn value(&self) -> Result<Option<Cow<'a, [u8]>>, CookieFault> {
        let Some(first) = single(self.parts[0])? else { return Ok(None) };
        let Some((&[count, b'.'], first)) = first.split_first_chunk() else {
            return Ok(Some(Cow::Borrowed(first)));
        };
        let count = usize::from(count.wrapping_sub(b'0'));
        if !(2..=MAX_CHUNKS).contains(&count) {
            return Err(CookieFault::Malformed);
        }
        let mut value = first.to_vec();
        for part in &self.parts[1..count] {
            value.extend_from_slice(single(*part)?.ok_or(CookieFault::Malformed)?);
        }
        Ok(Some(Cow::Owned(value)))
    }

    /// How many cookies a removal must name: up to the last one that the request shows.
    pub(crate) fn presented(&self) -> usize {
        let last = self.parts.iter().rposition(|cookie| *cookie != Presented::Nothing);
        last.map_or(0, |index| index + 1)
    }
}

fn single(cookie: Presented<'_>) -> Result<Option<&[u8]>, CookieFault> {
    match cookie {
        Presented::Nothing => Ok(None),
        Presented::Value(value) => Ok(Some(value)),
        Presented::Repeated => Err(CookieFault::Repeated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::COOKIE;
    use http::{HeaderMap, HeaderValue};

    const NAME: &str = "__Host-session";

    fn headers(cookies: &[(usize, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (index, value) in cookies {
            let line = format!("{}={value}", name_of(NAME, *index));
            headers.append(COOKIE, HeaderValue::from_str(&line).unwrap());
        }
        headers
    }

    fn join(headers: &HeaderMap) -> Result<Option<Cow<'_, [u8]>>, CookieFault> {
        Cookies::read(headers, NAME).unwrap().value()
    }

    #[test]
    fn a_value_is_joined_as_it_was_split() {
        for length in [1, room(NAME, 1), room(NAME, 1) + 1, room(NAME, 2), room(NAME, 3)] {
            let value = "x".repeat(length);
            let parts = split(NAME, &value);
            assert!(parts.len() <= MAX_CHUNKS);
            for (index, part) in parts.iter().enumerate() {
                assert!(name_of(NAME, index).len() + part.len() <= MAX_BYTES);
            }
            let cookies: Vec<_> = parts.iter().map(|part| &**part).enumerate().collect();
            assert_eq!(join(&headers(&cookies)).unwrap().unwrap(), value.as_bytes());
            let headers = headers(&cookies);
            assert_eq!(Cookies::read(&headers, NAME).unwrap().presented(), parts.len());
        }
        assert_eq!(split(NAME, &"x".repeat(room(NAME, 1))).len(), 1);
    }

    #[test]
    fn a_partial_set_is_no_session() {
        for cookies in
            [&[(0, "2.abc")][..], &[(0, "3.abc"), (1, "def")], &[(0, "3.abc"), (2, "def")]]
        {
            assert_eq!(join(&headers(cookies)), Err(CookieFault::Malformed));
        }
        for first in ["0.abc", "1.abc", "4.abc", "/.abc"] {
            assert_eq!(
                join(&headers(&[(0, first), (1, "d"), (2, "e")])),
                Err(CookieFault::Malformed)
            );
        }
        assert_eq!(join(&headers(&[(1, "def")])), Ok(None));
        assert_eq!(join(&headers(&[(0, "2.a"), (1, "b"), (1, "c")])), Err(CookieFault::Repeated));
    }
}
