//! A record's fields as bytes: a head, then each field under its name, each on its own.
//!
//! The head is the version of the format, the oldest version whose readers can read it, whether what
//! follows is sealed, and the name of the `Sessions` that wrote it, in the clear (its length in one
//! byte, then the name). Per field: the name's length (one byte), the name, the value's length
//! (LEB128), the value as JSON. Framing the values rather than nesting them in one document is
//! what lets a binary carry a field that it does not know, and lose only the one that it cannot
//! decode.
//!
//! The engine's own entries come first: their names are empty or begin with a dot, which no field's
//! does. So a session can grow without a new format, and a binary that does not know one carries it.

use std::sync::Arc;

/// The version that this binary writes, and the newest that it knows.
pub(crate) const VERSION: u8 = 1;

/// The oldest version whose readers can read what this binary writes.
const OLDEST_READER: u8 = 1;

/// The most bytes of fields that are read: beyond it nothing is decoded.
pub(crate) const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The stored fields cannot be read at all. That is an error, never an empty session.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldsError {
    /// A newer binary wrote the record, in a format that needs a reader of this version.
    #[error(
        "the stored session needs a reader of format version {0}, and this binary knows version {VERSION}: was it written by a newer release?"
    )]
    Version(u8),
    /// The bytes end in the middle, name a field twice or are too many.
    #[error("the stored session is malformed: {0}")]
    Malformed(&'static str),
}

/// What a handler left in its session cannot be stored. Nothing was.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The field's `Serialize` refused, or JSON has no form for it (a map whose keys are
    /// structs, say).
    #[error("the session's field `{field}` cannot be stored")]
    Field {
        /// The field's name.
        field: &'static str,
        /// What `serde_json` says.
        #[source]
        cause: serde_json::Error,
    },
    /// The field would be another one when it is read again: a number that is not finite, a part
    /// that `Serialize` skips. Caught here, before a change is lost in silence.
    #[error(
        "the session's field `{field}` would not come back as it is: does its `Serialize` leave something out, or is it a number that is not finite?"
    )]
    Lossy {
        /// The field's name.
        field: &'static str,
    },
    /// The session has grown past what one may hold.
    #[error("the session has {bytes} bytes, and at most {MAX_BYTES} are stored")]
    TooLarge {
        /// How many it has.
        bytes: usize,
    },
}

crate::error_words::debug_in_words!(FieldsError, EncodeError);

/// What stands before a record's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head<'a> {
    version: u8,
    oldest_reader: u8,
    pub(crate) contents: Contents,
    /// The name of the `Sessions` that wrote the record.
    pub(crate) name: &'a str,
}

/// What follows the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    Fields,
    Sealed,
}

impl<'a> Head<'a> {
    /// Of what this binary writes.
    pub(crate) fn new(name: &'a str) -> Self {
        let (version, oldest_reader) = (VERSION, OLDEST_READER);
        Self { version, oldest_reader, contents: Contents::Fields, name }
    }

    /// Of what this binary writes in the place of a record with this head: a newer binary's
    /// entries stay in it.
    fn again(self) -> Self {
        Self {
            version: self.version.max(VERSION),
            oldest_reader: self.oldest_reader.max(OLDEST_READER),
            ..self
        }
    }

    /// The head of these bytes, and what follows it.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), FieldsError> {
        let (&[version, oldest_reader, contents, length], rest) =
            bytes.split_first_chunk().ok_or(FieldsError::Malformed("it has no head"))?;
        if oldest_reader > VERSION {
            return Err(FieldsError::Version(oldest_reader));
        }
        let contents = match contents {
            0 => Contents::Fields,
            1 => Contents::Sealed,
            _ => return Err(FieldsError::Malformed("its contents are of an unknown kind")),
        };
        let (name, rest) = cut(rest, length.into())?;
        let name =
            str::from_utf8(name).map_err(|_| FieldsError::Malformed("its name is not UTF-8"))?;
        Ok((Self { version, oldest_reader, contents, name }, rest))
    }

    fn write(self, out: &mut Vec<u8>) {
        let contents = match self.contents {
            Contents::Fields => 0,
            Contents::Sealed => 1,
        };
        let length = u8::try_from(self.name.len()).expect("names over 64 bytes are refused");
        out.extend_from_slice(&[self.version, self.oldest_reader, contents, length]);
        out.extend_from_slice(self.name.as_bytes());
    }

    /// These sealed bytes of a whole frame, under the same head.
    pub(crate) fn sealed(self, sealed: &[u8]) -> Arc<[u8]> {
        let mut out = Vec::with_capacity(4 + self.name.len() + sealed.len());
        Self { contents: Contents::Sealed, ..self }.write(&mut out);
        out.extend_from_slice(sealed);
        out.into()
    }
}

/// A record's fields, borrowed from its bytes.
#[derive(Debug)]
pub(crate) struct Fields<'a>(Vec<(&'a str, &'a [u8])>);

impl<'a> Fields<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, FieldsError> {
        if bytes.len() > MAX_BYTES {
            return Err(FieldsError::Malformed("it is larger than 16 MiB"));
        }
        let fields = Self::split(bytes)?;
        if has_twice(&fields.0) {
            return Err(FieldsError::Malformed("it has a field twice"));
        }
        Ok(fields)
    }

    /// The fields of bytes that were parsed before, so that nothing can be wrong with them.
    pub(crate) fn parsed_before(bytes: &'a [u8]) -> Self {
        Self::split(bytes).expect("these bytes were parsed before")
    }

    fn split(bytes: &'a [u8]) -> Result<Self, FieldsError> {
        let (head, mut rest) = Head::parse(bytes)?;
        if head.contents == Contents::Sealed {
            return Err(FieldsError::Malformed("it is sealed twice"));
        }
        let mut fields = Vec::<(&str, &[u8])>::with_capacity(8);
        while let Some((field, after)) = next(rest)? {
            fields.push(field);
            rest = after;
        }
        Ok(Self(fields))
    }

    pub(crate) fn at(&self, position: usize) -> &'a [u8] {
        self.0[position].1
    }

    pub(crate) fn name_at(&self, position: usize) -> &'a str {
        self.0[position].0
    }

    #[cfg(test)]
    pub(crate) fn find(&self, name: &str) -> Option<&'a [u8]> {
        self.0.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.0.iter().copied()
    }
}

/// Whether the engine, and no session type, has an entry of this name.
fn is_engines(name: &str) -> bool {
    name.is_empty() || name.starts_with('.')
}

/// The value of the engine's entry of this name, if these are fields and it is among them. The
/// engine's entries come first, in the order of their names.
pub(crate) fn entry<'a>(bytes: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (_, mut rest) = Head::parse(bytes).ok()?;
    while let Some(((found, value), after)) = next(rest).ok()? {
        if found == name {
            return Some(value);
        }
        if !is_engines(found) || found > name {
            return None;
        }
        rest = after;
    }
    None
}

/// These bytes, which were parsed before, with this value of the engine's entry of this name, or
/// without it.
pub(crate) fn with_entry(
    stored: &[u8],
    name: &str,
    value: Option<&[u8]>,
) -> Result<Arc<[u8]>, EncodeError> {
    let fields = Fields::parsed_before(stored);
    let mut writer = Writer::again(stored);
    let is_before = |other: &str| is_engines(other) && other < name;
    for (other, value) in fields.iter().filter(|(other, _)| is_before(other)) {
        writer.field(other, value);
    }
    if let Some(value) = value {
        writer.field(name, value);
    }
    for (other, value) in fields.iter().filter(|(other, _)| !is_before(other) && *other != name) {
        writer.field(other, value);
    }
    writer.finish()
}

type NextField<'a> = ((&'a str, &'a [u8]), &'a [u8]);

/// The field that these bytes begin with, and the bytes after it.
fn next(bytes: &[u8]) -> Result<Option<NextField<'_>>, FieldsError> {
    let Some((&length, after)) = bytes.split_first() else { return Ok(None) };
    let (name, after) = cut(after, length.into())?;
    let name =
        str::from_utf8(name).map_err(|_| FieldsError::Malformed("a field's name is not UTF-8"))?;
    let (length, after) = length_of_value(after)?;
    let (value, after) = cut(after, length)?;
    Ok(Some(((name, value), after)))
}

/// Whether a name is there twice. Few are compared with each other; many are sorted, since there
/// is no telling who wrote them.
fn has_twice(fields: &[(&str, &[u8])]) -> bool {
    if fields.len() <= 16 {
        let earlier = |index: usize| fields[..index].iter().map(|(name, _)| *name);
        return (1..fields.len()).any(|index| earlier(index).any(|name| name == fields[index].0));
    }
    let mut names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}

/// Writes a record's fields.
#[derive(Debug)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    /// Of a new record.
    pub(crate) fn new(head: Head<'_>, bytes: usize) -> Self {
        let mut out = Vec::with_capacity(bytes.max(64));
        head.write(&mut out);
        Self(out)
    }

    /// Of what takes the place of these bytes, which were parsed before.
    pub(crate) fn again(stored: &[u8]) -> Self {
        let (head, _) = Head::parse(stored).expect("these bytes were parsed before");
        Self::new(head.again(), stored.len() + 64)
    }

    /// Adds a field. Its name has at most 255 bytes: the attribute sees to that.
    pub(crate) fn field(&mut self, name: &str, value: &[u8]) {
        self.0.push(u8::try_from(name.len()).expect("`#[session]` refuses names over 255 bytes"));
        self.0.extend_from_slice(name.as_bytes());
        let mut length = value.len();
        while length >= 0x80 {
            self.0.push(low_bits(length) | 0x80);
            length >>= 7;
        }
        self.0.push(low_bits(length));
        self.0.extend_from_slice(value);
    }

    /// The bytes, unless they are more than are read.
    pub(crate) fn finish(self) -> Result<Arc<[u8]>, EncodeError> {
        let bytes = self.0.len();
        if bytes > MAX_BYTES { Err(EncodeError::TooLarge { bytes }) } else { Ok(self.0.into()) }
    }
}

fn low_bits(number: usize) -> u8 {
    u8::try_from(number & 0x7f).expect("seven bits fit a byte")
}

fn cut(bytes: &[u8], length: usize) -> Result<(&[u8], &[u8]), FieldsError> {
    bytes.split_at_checked(length).ok_or(FieldsError::Malformed("it ends in the middle of a field"))
}

/// Three bytes hold any length under [`MAX_BYTES`] but one, and a fourth is a forgery.
fn length_of_value(bytes: &[u8]) -> Result<(usize, &[u8]), FieldsError> {
    let mut length = 0;
    for (index, &byte) in bytes.iter().take(4).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((length, &bytes[index + 1..]));
        }
    }
    Err(FieldsError::Malformed("a field's length cannot be read"))
}

#[cfg(test)]
mod tests;
