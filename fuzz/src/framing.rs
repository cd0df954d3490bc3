//! A second opinion on how a record's bytes are to be read, written with none of the library's code:
//! a head, then per field a name after its length and a value after its own.

use std::collections::HashSet;

use serde_json::from_slice;

use crate::shop::Shop;

/// The name that the application's sessions have.
pub const NAME: &str = "Shop";

/// The newest format that the library knows.
const VERSION: u8 = 1;

/// What stands before a record's fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The version of the format.
    pub version: u8,
    /// The oldest version whose readers can read it.
    pub oldest_reader: u8,
    /// Whether what follows is sealed.
    pub is_sealed: bool,
    /// Whose record it is.
    pub name: String,
}

impl Head {
    /// Of sealed fields, as the library writes it.
    pub fn of_sealed() -> Self {
        let name = NAME.to_owned();
        Self { version: VERSION, oldest_reader: VERSION, is_sealed: true, name }
    }

    /// The head of these bytes, if this library can read what follows, and that.
    pub fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let [version, oldest_reader, contents @ (0 | 1), length, rest @ ..] = bytes else {
            return None;
        };
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let name = String::from_utf8(name.to_vec()).ok()?;
        let (version, oldest_reader) = (*version, *oldest_reader);
        let head = Self { version, oldest_reader, is_sealed: *contents == 1, name };
        (oldest_reader <= VERSION).then_some((head, rest))
    }

    /// Its bytes.
    pub fn write(&self) -> Vec<u8> {
        let length = u8::try_from(self.name.len()).expect("its length was a byte");
        let bytes = [self.version, self.oldest_reader, self.is_sealed.into(), length];
        [&bytes, self.name.as_bytes()].concat()
    }
}

/// What a record's bytes are to the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored<'a> {
    /// Of a session that was ended, or of sessions with another name.
    Nobody,
    /// Of a format that the library does not know.
    Unreadable,
    /// Fields, if they are framed as they should be.
    Fields,
    /// Fields under a seal.
    Sealed(&'a [u8]),
}

impl<'a> Stored<'a> {
    /// These bytes.
    pub fn read(bytes: &'a [u8]) -> Self {
        match Head::read(bytes) {
            None if bytes.is_empty() => Self::Nobody,
            None => Self::Unreadable,
            Some((head, _)) if head.name != NAME => Self::Nobody,
            Some((head, rest)) if head.is_sealed => Self::Sealed(rest),
            Some(_) => Self::Fields,
        }
    }
}

/// A record's fields, in their order, and what stands before them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framing {
    head: Head,
    fields: Vec<(String, Vec<u8>)>,
}

impl Framing {
    /// The fields that these bytes frame, if they do.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (head, bytes) = Head::read(bytes).filter(|(head, _)| !head.is_sealed)?;
        let mut bytes = bytes.iter().copied();
        let (mut fields, mut names) = (Vec::new(), HashSet::new());
        while let Some(length) = bytes.next() {
            let name: Vec<u8> = bytes.by_ref().take(length.into()).collect();
            let whole = name.len() == usize::from(length);
            let name = String::from_utf8(name).ok().filter(|_| whole)?;
            let (mut length, mut shift) = (0, 0);
            loop {
                let byte = bytes.next().filter(|_| shift < 28)?;
                length |= usize::from(byte % 128) << shift;
                shift += 7;
                if byte < 128 {
                    break;
                }
            }
            if bytes.len() < length || !names.insert(name.clone()) {
                return None;
            }
            fields.push((name, bytes.by_ref().take(length).collect()));
        }
        Some(Self { head, fields })
    }

    /// The session that they spell; a field that does not decode has its default.
    pub fn shop(&self) -> Shop {
        let text = |names: &[&str]| names.iter().find_map(|name| self.find(name)).unwrap_or(b"");
        Shop {
            user: from_slice(text(&["user"])).unwrap_or_default(),
            visits: from_slice(text(&["visits"])).unwrap_or_default(),
            items: from_slice(text(&["basket", "cart"])).unwrap_or_default(),
            note: from_slice(text(&["note"])).unwrap_or_default(),
            ratings: from_slice(text(&["ratings"])).unwrap_or_default(),
        }
    }

    /// The same as the library writes it, with this many visits: where they are stored, or at the
    /// end.
    pub fn with_visits(mut self, visits: u64) -> Self {
        self.head.version = self.head.version.max(VERSION);
        self.head.oldest_reader = self.head.oldest_reader.max(VERSION);
        let value = visits.to_string().into_bytes();
        match self.fields.iter_mut().find(|(name, _)| name == "visits") {
            Some(field) => field.1 = value,
            None => self.fields.push(("visits".to_owned(), value)),
        }
        self
    }

    fn find(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find(|(other, _)| other == name).map(|(_, value)| &**value)
    }
}
