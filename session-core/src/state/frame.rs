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

use std::ops::Range;
use std::sync::Arc;

/// The version that this binary writes, and the newest that it knows.
pub(crate) const VERSION: u8 = 1;

/// The oldest version whose readers can read what this binary writes.
const OLDEST_READER: u8 = 1;

/// The most bytes of fields that are read: beyond it nothing is decoded.
pub(crate) const MAX_BYTES: usize = 16 * 1024 * 1024;

const PARSED_BEFORE: &str = "these bytes were parsed before";

/// The stored fields cannot be read at all. That is an error, never an empty session.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldsError {
    /// A newer binary wrote the record, in a format that needs a reader of this version.
    ///
    /// Deploy the newer release again. Sessions that it wrote are read by it alone.
    #[error(
        "the stored session needs a reader of format version {0}, and this binary knows version {VERSION}: was it written by a newer release?"
    )]
    Version(u8),
    /// The bytes end in the middle, name a field twice or are too many.
    ///
    /// Something else has written into the store, or it lost a part. End the session: its person logs in again.
    #[error("the stored session is malformed: {0}")]
    Malformed(&'static str),
}

/// What a handler left in its session cannot be stored. Nothing was.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The field's `Serialize` refused, or JSON has no form for it (a map whose keys are
    /// structs, say).
    ///
    /// See its source. A map needs keys that are strings or numbers.
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
    ///
    /// Store what `Serialize` leaves out elsewhere, or take a type that keeps it; let no number be infinite or
    /// `NaN`.
    #[error(
        "the session's field `{field}` would not come back as it is: does its `Serialize` leave something out, or is it a number that is not finite?"
    )]
    Lossy {
        /// The field's name.
        field: &'static str,
    },
    /// The session has grown past what one may hold.
    ///
    /// Keep in the session what each request needs, and the rest in a table, under an id.
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

    /// What follows the head of bytes that were parsed before, if these are any.
    fn skip(bytes: &[u8]) -> Option<&[u8]> {
        let (&[.., length], rest) = bytes.split_first_chunk::<4>()?;
        rest.get(length.into()..)
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
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    /// All of them, as they are framed. Nothing is wrong with them.
    framed: &'a [u8],
}

/// A field of a record, or an entry of the engine.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) value: &'a [u8],
    /// Where both are framed.
    pub(crate) range: Range<usize>,
}

impl<'a> Fields<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, FieldsError> {
        if bytes.len() > MAX_BYTES {
            return Err(FieldsError::Malformed("it is larger than 16 MiB"));
        }
        let (head, framed) = Head::parse(bytes)?;
        if head.contents == Contents::Sealed {
            return Err(FieldsError::Malformed("it is sealed twice"));
        }
        let (mut names, mut rest) = (Vec::with_capacity(16), framed);
        while let Some((name, _, after)) = next(rest)? {
            let name = str::from_utf8(name);
            names.push(name.map_err(|_| FieldsError::Malformed("a field's name is not UTF-8"))?);
            rest = after;
        }
        if has_twice(&mut names) {
            return Err(FieldsError::Malformed("it has a field twice"));
        }
        Ok(Self { framed })
    }

    /// The fields of bytes that were parsed before, so that nothing can be wrong with them.
    pub(crate) fn parsed_before(bytes: &'a [u8]) -> Self {
        Self { framed: Head::skip(bytes).expect(PARSED_BEFORE) }
    }

    /// The value of the field of this name.
    pub(crate) fn find(self, name: &str) -> Option<&'a [u8]> {
        self.entries().find(|entry| entry.name == name.as_bytes()).map(|entry| entry.value)
    }

    pub(crate) fn entries(self) -> impl Iterator<Item = Entry<'a>> {
        let mut start = 0;
        std::iter::from_fn(move || {
            let (name, value, rest) = next(&self.framed[start..]).expect(PARSED_BEFORE)?;
            let range = start..self.framed.len() - rest.len();
            start = range.end;
            Some(Entry { name, value, range })
        })
    }

    /// Those of this range, as they are framed.
    pub(crate) fn framed(self, range: Range<usize>) -> &'a [u8] {
        &self.framed[range]
    }

    /// Where the last one ends.
    pub(crate) fn end(self) -> usize {
        self.framed.len()
    }
}

/// Whether the engine, and no session type, has an entry of this name.
pub(crate) fn is_engines(name: &[u8]) -> bool {
    matches!(name, [] | [b'.', ..])
}

/// The value of the engine's entry of this name, if these are fields and it is among them. The
/// engine's entries come first, in the order of their names.
pub(crate) fn entry<'a>(bytes: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut rest = Head::skip(bytes)?;
    while let Some((found, value, after)) = next(rest).ok()? {
        if found == name.as_bytes() {
            return Some(value);
        }
        if !is_before(found, name) {
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
    for entry in fields.entries().filter(|entry| is_before(entry.name, name)) {
        writer.copy(fields.framed(entry.range));
    }
    if let Some(value) = value {
        writer.field(name, value);
    }
    let is_after = |other: &[u8]| !is_before(other, name) && other != name.as_bytes();
    for entry in fields.entries().filter(|entry| is_after(entry.name)) {
        writer.copy(fields.framed(entry.range));
    }
    writer.finish()
}

/// Whether an entry stands before the engine's of this name.
fn is_before(other: &[u8], name: &str) -> bool {
    is_engines(other) && other < name.as_bytes()
}

/// A field's name and value, and the bytes after it.
type NextField<'a> = (&'a [u8], &'a [u8], &'a [u8]);

/// The field that these bytes begin with.
fn next(bytes: &[u8]) -> Result<Option<NextField<'_>>, FieldsError> {
    let Some((&length, after)) = bytes.split_first() else { return Ok(None) };
    let (name, after) = cut(after, length.into())?;
    let (length, after) = length_of_value(after)?;
    let (value, after) = cut(after, length)?;
    Ok(Some((name, value, after)))
}

/// Whether a name is there twice. Few are compared with each other; many are sorted, since there
/// is no telling who wrote them.
fn has_twice(names: &mut [&str]) -> bool {
    if names.len() <= 16 {
        return (1..names.len()).any(|index| names[..index].contains(&names[index]));
    }
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

    /// Of what takes the place of these bytes, which were parsed before: a newer binary's entries stay in
    /// it, and what a reader must know for them.
    pub(crate) fn again(stored: &[u8]) -> Self {
        let rest = Head::skip(stored).expect(PARSED_BEFORE);
        let mut out = Vec::with_capacity(stored.len() + 64);
        out.extend_from_slice(&stored[..stored.len() - rest.len()]);
        if let [version, oldest_reader, ..] = &mut out[..] {
            *version = VERSION.max(*version);
            *oldest_reader = OLDEST_READER.max(*oldest_reader);
        }
        Self(out)
    }

    /// Adds a field. Its name has at most 255 bytes: the attribute sees to that.
    pub(crate) fn field(&mut self, name: &str, value: &[u8]) {
        self.begin(name.as_bytes());
        let (length, count) = encoded_length(value.len());
        self.0.extend_from_slice(&length[..count]);
        self.0.extend_from_slice(value);
    }

    /// Adds a field whose value is written in place.
    pub(crate) fn field_with<E>(
        &mut self,
        name: &[u8],
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.begin(name);
        let start = self.0.len();
        // Most values have a length of one byte.
        self.0.push(0);
        write(&mut self.0)?;
        let value = start + 1..self.0.len();
        let (length, count) = encoded_length(value.len());
        if count > 1 {
            self.0.resize(value.end + count - 1, 0);
            self.0.copy_within(value, start + count);
        }
        self.0[start..start + count].copy_from_slice(&length[..count]);
        Ok(())
    }

    /// Adds fields that are framed already.
    pub(crate) fn copy(&mut self, framed: &[u8]) {
        self.0.extend_from_slice(framed);
    }

    fn begin(&mut self, name: &[u8]) {
        self.0.push(u8::try_from(name.len()).expect("`#[session]` refuses names over 255 bytes"));
        self.0.extend_from_slice(name);
    }

    /// The bytes, unless they are more than are read.
    pub(crate) fn finish(self) -> Result<Arc<[u8]>, EncodeError> {
        let bytes = self.0.len();
        if bytes > MAX_BYTES { Err(EncodeError::TooLarge { bytes }) } else { Ok(self.0.into()) }
    }
}

/// The length of a value as it stands before that, and in how many of these bytes.
fn encoded_length(mut length: usize) -> ([u8; 10], usize) {
    let (mut bytes, mut count) = ([0; 10], 0);
    while length >= 0x80 {
        bytes[count] = low_bits(length) | 0x80;
        length >>= 7;
        count += 1;
    }
    bytes[count] = low_bits(length);
    (bytes, count + 1)
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
    if let [byte @ 0..0x80, rest @ ..] = bytes {
        return Ok((usize::from(*byte), rest));
    }
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
