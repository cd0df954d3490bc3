//! Fuzzed bytes as the `Cookie` lines of a request, and a second opinion on how these are to be
//! read, written with none of the library's code.

use axum::http::HeaderValue;

/// The session's cookies: of a value that is spread, the second and third have names of their own.
pub const NAMES: [&str; 3] = ["__Host-session", "__Host-session.1", "__Host-session.2"];

/// The same where the cookie has a domain.
pub const DOMAIN_NAMES: [&str; 3] =
    ["__Secure-session", "__Secure-session.1", "__Secure-session.2"];

/// The lines that these bytes spell, apart by line feeds. The bytes 0, 1 and 2, which no header
/// can have, stand for `NAME=`, so that mutation need not find the names; others that no header
/// can have are left out.
pub fn lines(data: &[u8]) -> Vec<HeaderValue> {
    lines_of(&NAMES, data)
}

/// The same with these names.
pub fn lines_of(names: &[&str; 3], data: &[u8]) -> Vec<HeaderValue> {
    let line = |data: &[u8]| {
        let mut line = Vec::with_capacity(data.len() + 64);
        for &byte in data {
            match byte {
                0..=2 => {
                    line.extend_from_slice(names[usize::from(byte)].as_bytes());
                    line.push(b'=');
                }
                b'\t' | 0x20..=0x7e | 0x80..=0xff => line.push(byte),
                _ => {}
            }
        }
        HeaderValue::from_bytes(&line).expect("only bytes that a header may have")
    };
    data.split(|&byte| byte == b'\n').map(line).collect()
}

/// A line that shows one cookie: the value without what would end it, or no header can have.
pub fn cookie(value: &[u8]) -> HeaderValue {
    let spelled = value.iter().filter(|&&byte| byte > 2 && byte != b';' && byte != b'\n');
    let data: Vec<u8> = [0].iter().chain(spelled).copied().collect();
    lines(&data).remove(0)
}

/// What a request's cookies say.
#[derive(Debug)]
pub struct Cookies(Vec<(Vec<u8>, Vec<u8>)>);

impl Cookies {
    /// Each `name=value` of these lines, or nothing when they are more than may be read.
    pub fn read(lines: &[HeaderValue]) -> Option<Self> {
        let pairs: Vec<&[u8]> =
            lines.iter().flat_map(|line| line.as_bytes().split(|&byte| byte == b';')).collect();
        if pairs.len() > 128 || lines.iter().map(HeaderValue::len).sum::<usize>() > 16_384 {
            return None;
        }
        let mut cookies = Vec::new();
        for pair in pairs {
            let mut halves = pair.splitn(2, |&byte| byte == b'=');
            if let (Some(name), Some(value)) = (halves.next(), halves.next()) {
                cookies.push((stripped(name), stripped(value)));
            }
        }
        Some(Self(cookies))
    }

    /// The value of the one cookie of this name; none if there is another of it.
    pub fn one(&self, name: &str) -> Option<&[u8]> {
        let mut values = self.0.iter().filter(|(other, _)| other == name.as_bytes());
        let value = values.next()?;
        values.next().is_none().then_some(&value.1)
    }

    /// The values of all cookies of this name.
    pub fn all(&self, name: &str) -> Vec<&[u8]> {
        let ours = self.0.iter().filter(|(other, _)| other == name.as_bytes());
        ours.map(|(_, value)| &**value).collect()
    }

    /// The value that the session's cookies spell together.
    pub fn whole(&self) -> Option<Vec<u8>> {
        self.whole_of(&NAMES)
    }

    /// The same of cookies with these names.
    pub fn whole_of(&self, names: &[&str; 3]) -> Option<Vec<u8>> {
        let first = self.one(names[0])?;
        let (count, first) = match first {
            [b'2', b'.', part @ ..] => (2, part),
            [b'3', b'.', part @ ..] => (3, part),
            [_, b'.', ..] => return None,
            whole => (1, whole),
        };
        let mut value = first.to_vec();
        for name in &names[1..count] {
            value.extend_from_slice(self.one(name)?);
        }
        Some(value)
    }
}

fn stripped(bytes: &[u8]) -> Vec<u8> {
    let is_blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let start = bytes.iter().position(|byte| !is_blank(byte)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| !is_blank(byte)).map_or(start, |last| last + 1);
    bytes[start..end].to_vec()
}
