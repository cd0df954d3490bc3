//! The deadlines of fields that run out (`ttl`): the engine's entry for them among a record's fields.
//!
//! A deadline is the age that the session has then, by the store's clock: a session that begins knows that before the
//! store has told when it began. The entry has for each field its name (its length in one byte, then the name) and its
//! deadline in microseconds (eight bytes, the lowest first). A field that is stored under an alias has it under that.
//! A release that knows nothing of the entry carries it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::state::frame::{self, EncodeError};
use crate::state::session_state::SessionState;

/// The entry's name.
const NAME: &str = ".ttl";

/// The deadlines of fields, by the names of these. Those of fields that this release does not know stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deadlines<'a>(BTreeMap<&'a [u8], Duration>);

impl<'a> Deadlines<'a> {
    /// Those among these bytes of fields.
    pub(crate) fn among(fields: &'a [u8]) -> Self {
        let mut rest = frame::entry(fields, NAME).unwrap_or_default();
        let mut deadlines = BTreeMap::new();
        while let Some((name, deadline, after)) = next(rest) {
            deadlines.insert(name, deadline);
            rest = after;
        }
        Self(deadlines)
    }

    /// Those among these bytes, if a session type has fields that run out. Others carry them as they are.
    pub(crate) fn of_type<T: SessionState>(fields: &'a [u8]) -> Self {
        if T::table().expires() { Self::among(fields) } else { Self::default() }
    }

    /// The one of this field.
    pub(crate) fn of(&self, field: &[u8]) -> Option<Duration> {
        self.0.get(field).copied()
    }

    pub(crate) fn set(&mut self, field: &'a [u8], deadline: Option<Duration>) {
        match deadline {
            Some(deadline) => self.0.insert(field, deadline),
            None => self.0.remove(field),
        };
    }

    /// These bytes of fields with these deadlines among them.
    pub(crate) fn write_to(&self, fields: Arc<[u8]>) -> Result<Arc<[u8]>, EncodeError> {
        if *self == Deadlines::among(&fields) {
            return Ok(fields);
        }
        let mut value = Vec::new();
        for (name, deadline) in &self.0 {
            let length =
                u8::try_from(name.len()).expect("`#[session]` refuses names over 255 bytes");
            let micros = u64::try_from(deadline.as_micros()).unwrap_or(u64::MAX);
            value.push(length);
            value.extend_from_slice(name);
            value.extend_from_slice(&micros.to_le_bytes());
        }
        frame::with_entry(&fields, NAME, (!value.is_empty()).then_some(&value))
    }
}

/// The first of these deadlines, and the bytes after it.
fn next(bytes: &[u8]) -> Option<(&[u8], Duration, &[u8])> {
    let (&length, rest) = bytes.split_first()?;
    let (name, rest) = rest.split_at_checked(length.into())?;
    let (micros, rest) = rest.split_first_chunk()?;
    Some((name, Duration::from_micros(u64::from_le_bytes(*micros)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::frame::{Fields, Head, Writer};

    fn fields() -> Arc<[u8]> {
        let mut writer = Writer::new(Head::new("Shop"), 0);
        writer.field("code", b"1");
        writer.finish().unwrap()
    }

    #[test]
    fn deadlines_are_read_as_they_were_written_and_leave_no_trace() {
        let plain = fields();
        let mut deadlines = Deadlines::among(&plain);
        deadlines.set(b"code", Some(Duration::from_micros(1_234_567)));
        deadlines.set(b"login.state", Some(Duration::from_hours(9600)));
        let written = deadlines.write_to(Arc::clone(&plain)).unwrap();
        assert_eq!(Deadlines::among(&written), deadlines);
        assert_eq!(Deadlines::among(&written).of(b"code"), Some(Duration::from_micros(1_234_567)));
        assert_eq!(Fields::parse(&written).unwrap().find("code"), Some(&b"1"[..]));
        let mut none = Deadlines::among(&written);
        none.set(b"code", None);
        none.set(b"login.state", None);
        assert_eq!(none.write_to(Arc::clone(&written)).unwrap(), plain);
    }

    #[test]
    fn an_entry_that_is_cut_off_is_read_as_far_as_it_goes() {
        let mut deadlines = Deadlines::default();
        deadlines.set(b"a", Some(Duration::from_secs(1)));
        deadlines.set(b"b", Some(Duration::from_secs(2)));
        let written = deadlines.write_to(fields()).unwrap();
        let whole = frame::entry(&written, NAME).unwrap();
        for length in 0..whole.len() {
            let cut = frame::with_entry(&written, NAME, Some(&whole[..length])).unwrap();
            assert_eq!(Deadlines::among(&cut).of(b"a").is_some(), length >= 10, "{length}");
            assert_eq!(Deadlines::among(&cut).of(b"b"), None);
        }
    }
}
