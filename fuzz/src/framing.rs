//! A second opinion on how a record's bytes are to be read, written with none of the library's code:
//! a head, then per field a name after its length and a value after its own.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use serde_json::from_slice;

use crate::shop::{CODE_LASTS, Payment, Shop};

/// The name that the application's sessions have.
pub const NAME: &str = "Shop";

/// The newest format that the library knows.
const VERSION: u8 = 1;

/// The entry that has the deadlines of fields.
const TTL: &str = ".ttl";

/// What a secret is that another has replaced which the browser has not shown yet.
pub const REPLACED: u8 = 2;

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

    /// The session that they spell when it is this old; a field that has run out or does not decode
    /// has its default, and where the principal does not, only what is marked `carry` is there.
    pub fn shop(&self, age: Duration) -> Shop {
        let text = |names: &[&str]| names.iter().find_map(|name| self.find(name)).unwrap_or(b"");
        let theme = from_slice(text(&["theme"])).unwrap_or_default();
        if self.is_of_unknown() {
            return Shop { theme, ..Shop::default() };
        }
        let code = if self.has_run_out(age) { b"" } else { text(&["code"]) };
        Shop {
            user: from_slice(text(&["user"])).unwrap_or_default(),
            visits: from_slice(text(&["visits"])).unwrap_or_default(),
            items: from_slice(text(&["basket", "cart"])).unwrap_or_default(),
            note: from_slice(text(&["note"])).unwrap_or_default(),
            ratings: from_slice(text(&["ratings"])).unwrap_or_default(),
            code: from_slice(code).unwrap_or_default(),
            theme,
            pay: Payment { step: from_slice(text(&["pay.step"])).unwrap_or_default() },
        }
    }

    /// The same with the head that the library writes.
    pub fn known(mut self) -> Self {
        self.head.version = self.head.version.max(VERSION);
        self.head.oldest_reader = self.head.oldest_reader.max(VERSION);
        self
    }

    /// Whether it cannot be told whose the session is.
    pub fn is_of_unknown(&self) -> bool {
        self.find("user").is_some_and(|user| from_slice::<Option<String>>(user).is_err())
    }

    /// The names of its fields, without the engine's entries.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| &**name).filter(|name| !is_engines(name))
    }

    /// Whether the code has a deadline.
    pub fn has_deadline(&self) -> bool {
        self.deadlines().contains_key("code")
    }

    /// The same as the library writes it when it is this old, with this many visits: where they are
    /// stored, or at the end. What has run out is left out, and what has no deadline gets one.
    pub fn with_visits(mut self, visits: u64, age: Duration) -> Self {
        self = self.known();
        let is_set = !self.shop(age).code.is_empty();
        let value = visits.to_string().into_bytes();
        match self.fields.iter_mut().find(|(name, _)| name == "visits") {
            Some(field) => field.1 = value,
            None => self.fields.push(("visits".to_owned(), value)),
        }
        let before = self.deadlines();
        let mut after = before.clone();
        if self.has_run_out(age) {
            self.fields.retain(|(name, _)| name != "code");
            after.remove("code");
        } else if is_set {
            let micros = u64::try_from((age + CODE_LASTS).as_micros()).expect("ages are short");
            after.entry("code".to_owned()).or_insert(micros);
        }
        if after == before {
            return self;
        }
        let mut value = Vec::new();
        for (name, micros) in &after {
            value.push(u8::try_from(name.len()).expect("its length was a byte"));
            value.extend([name.as_bytes(), &micros.to_le_bytes()].concat());
        }
        let fields = self.fields.into_iter().filter(|(name, _)| name != TTL);
        let is_before = |(name, _): &(String, Vec<u8>)| is_engines(name) && **name < *TTL;
        let (mut fields, rest): (Vec<_>, Vec<_>) = fields.partition(is_before);
        if !value.is_empty() {
            fields.push((TTL.to_owned(), value));
        }
        fields.extend(rest);
        Self { fields, ..self }
    }

    /// The same after the browser has shown the current secret: a former one beside it is noted to
    /// be superseded.
    pub fn superseded(mut self) -> Self {
        if self.secondary().is_some_and(|(_, role)| role == REPLACED) {
            self.fields[0].1[40] = REPLACED + 1;
        }
        self
    }

    /// The other secret: since when it is what it is, and what.
    pub fn secondary(&self) -> Option<(i64, u8)> {
        let value = self.entry("")?;
        let has_principal = [41, 57].contains(&value.len());
        let role = *value.get(40).filter(|role| has_principal && **role <= REPLACED + 1)?;
        Some((i64::from_le_bytes(value[32..40].try_into().expect("there are eight")), role))
    }

    /// Whether the session has the limits of those that are remembered.
    pub fn is_remembered(&self) -> bool {
        self.entry(".remembered").is_some()
    }

    /// What is not about its secrets, with the engine's entries in their order: to write one sorts
    /// those of a stranger.
    pub fn without_secrets(mut self) -> Self {
        self.fields.retain(|(name, _)| !["", ".form"].contains(&&**name));
        let (mut entries, fields): (Vec<_>, Vec<_>) =
            self.fields.into_iter().partition(|(name, _)| is_engines(name));
        entries.sort();
        entries.extend(fields);
        self.fields = entries;
        self
    }

    fn has_run_out(&self, age: Duration) -> bool {
        let deadline = self.deadlines().get("code").copied();
        deadline.is_some_and(|micros| Duration::from_micros(micros) <= age)
    }

    /// The deadlines of fields, as far as they can be read.
    fn deadlines(&self) -> BTreeMap<String, u64> {
        let mut bytes = self.entry(TTL).unwrap_or_default();
        let mut deadlines = BTreeMap::new();
        while let [length, rest @ ..] = bytes {
            let Some((name, rest)) = rest.split_at_checked(usize::from(*length)) else { break };
            let Some((micros, rest)) = rest.split_first_chunk() else { break };
            let Ok(name) = String::from_utf8(name.to_vec()) else { break };
            deadlines.insert(name, u64::from_le_bytes(*micros));
            bytes = rest;
        }
        deadlines
    }

    /// The engine's entry of this name: they come first, in the order of their names.
    fn entry(&self, name: &str) -> Option<&[u8]> {
        let may_be_before = |(other, _): &&(String, Vec<u8>)| is_engines(other) && **other <= *name;
        let mut entries = self.fields.iter().take_while(may_be_before);
        entries.find(|(other, _)| other == name).map(|(_, value)| &**value)
    }

    fn find(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find(|(other, _)| other == name).map(|(_, value)| &**value)
    }
}

/// Whether an entry of this name is no field.
fn is_engines(name: &str) -> bool {
    name.is_empty() || name.starts_with('.')
}
