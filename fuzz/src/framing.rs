//! A second opinion on how a record's fields are to be read, written with none of the library's
//! code: a version byte, then per field a name after its length and a value after its own.

use std::collections::HashSet;

use serde_json::from_slice;

use crate::shop::Shop;

/// A record's fields, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framing(pub Vec<(String, Vec<u8>)>);

impl Framing {
    /// The fields that these bytes frame, if they do.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut bytes = bytes.iter().copied();
        let (mut fields, mut names) = (Vec::new(), HashSet::new());
        if bytes.next() != Some(1) {
            return None;
        }
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
        Some(Self(fields))
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

    /// The same, with this many visits: where they are stored, or at the end.
    pub fn with_visits(mut self, visits: u64) -> Self {
        let value = visits.to_string().into_bytes();
        match self.0.iter_mut().find(|(name, _)| name == "visits") {
            Some(field) => field.1 = value,
            None => self.0.push(("visits".to_owned(), value)),
        }
        self
    }

    fn find(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| &**value)
    }
}
