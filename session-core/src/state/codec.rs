//! Between a session type and the bytes of its fields.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::state::deadlines::Deadlines;
use crate::state::frame::{EncodeError, Fields, FieldsError, Head, Writer};
use crate::state::restarts::Restarts;
use crate::state::session_state::SessionState;

/// The bytes of a session, and the state that they decode to: equal to the one that was encoded,
/// and perhaps not the same. Equality is the fields' own, and may overlook what `Serialize` skips.
pub(crate) struct Encoded<T> {
    pub(crate) fields: Arc<[u8]>,
    pub(crate) decoded: DecodedState<T>,
}

/// The state of a session's bytes.
#[derive(Debug)]
pub(crate) struct DecodedState<T> {
    pub(crate) state: Arc<T>,
    /// The age of the session at which the state is another, since a field runs out.
    pub(crate) until: Option<Duration>,
}

impl<T> Clone for DecodedState<T> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), ..*self }
    }
}

/// The state of these bytes at this age of the session. A field that is missing has its default; so
/// has one that has run out, and one that does not decode, after its name was told to `defaulted`.
pub(crate) fn decode<T: SessionState>(
    bytes: &[u8],
    age: Duration,
    mut defaulted: impl FnMut(&'static str),
) -> Result<DecodedState<T>, FieldsError> {
    let fields = Fields::parse(bytes)?;
    let table = T::table();
    let deadlines = Deadlines::of_type::<T>(bytes);
    let positions = table.positions(fields.iter().map(|(name, _)| name));
    let (mut state, mut until) = (T::default(), None);
    for (field, position) in table.fields().iter().zip(positions) {
        let Some(position) = position else { continue };
        let deadline = field.ttl.and_then(|_| deadlines.of(fields.name_at(position)));
        if deadline.is_some_and(|deadline| deadline <= age) {
            continue;
        }
        until = earlier(until, deadline);
        if field.access.decode(fields.at(position), &mut state).is_err() {
            defaulted(field.name);
        }
    }
    Ok(DecodedState { state: Arc::new(state), until })
}

/// What a session's bytes were before it passes to another principal.
pub(crate) struct Former<'a, T> {
    pub(crate) fields: &'a [u8],
    pub(crate) state: &'a T,
    /// The fields whose deadlines count anew though they stay as they were.
    pub(crate) restarts: Restarts,
}

/// The bytes of a new session: every field, so that a default which changes with a release (or
/// is drawn at random) does not change under a session that has it. `name` is that of its
/// `Sessions`. Of a session that passes on, fields that are as they were keep their deadlines.
pub(crate) fn encode<T: SessionState>(
    name: &str,
    state: &T,
    age: Duration,
    former: Option<&Former<'_, T>>,
) -> Result<Encoded<T>, EncodeError> {
    let mut writer = Writer::new(Head::new(name), 256);
    let mut decoded = T::default();
    let former = former.map(|former| (Deadlines::of_type::<T>(former.fields), former));
    let (mut deadlines, mut until) = (Deadlines::default(), None);
    for field in T::table().fields() {
        if let Some(ttl) = field.ttl
            && !field.access.same(state, &decoded)
        {
            let former = former.as_ref().filter(|(_, former)| {
                field.access.same(former.state, state) && !former.restarts.contain(field)
            });
            let mut names = std::iter::once(&field.name).chain(field.aliases);
            let kept = former.and_then(|(deadlines, _)| names.find_map(|name| deadlines.of(name)));
            let deadline = Some(kept.unwrap_or(age.saturating_add(ttl)));
            deadlines.set(field.name, deadline);
            until = earlier(until, deadline);
        }
        writer.field(field.name, &field.access.encode(state, &mut decoded, field.name)?);
    }
    let fields = deadlines.write_to(writer.finish()?)?;
    Ok(Encoded { fields, decoded: DecodedState { state: Arc::new(decoded), until } })
}

/// The bytes after `before`, the state of `stored`, became `after`; none if nothing would be
/// stored differently. Compared are the two states, never the bytes: these have a `HashMap` in
/// another order each time.
///
/// Only fields that differ are encoded. The others stay as they are, byte for byte: those that
/// this release does not know, and those that it could not decode. A field found under an alias
/// stays under it, and so does its deadline, so that the release that knows it by that name still
/// sees it. What has run out is left out.
pub(crate) fn recode<T: SessionState>(
    stored: &[u8],
    before: &T,
    after: &T,
    age: Duration,
    restarts: Restarts,
) -> Result<Option<Encoded<T>>, EncodeError> {
    if std::ptr::eq(before, after) && restarts.is_empty() {
        return Ok(None);
    }
    let default = T::default();
    let changes = T::table().fields().iter().map(|field| {
        if !field.access.same(before, after) {
            Change::Value
        } else if restarts.contain(field) && !field.access.same(before, &default) {
            Change::Deadline
        } else {
            Change::None
        }
    });
    let changes: Vec<Change> = changes.collect();
    if changes.iter().all(|change| *change == Change::None) {
        return Ok(None);
    }
    let fields = Fields::parsed_before(stored);
    let positions = T::table().positions(fields.iter().map(|(name, _)| name));
    let mut deadlines = Deadlines::of_type::<T>(stored);
    let (mut decoded, mut until) = (before.clone(), None);
    let (mut replaced, mut added) = (HashMap::new(), Vec::new());
    for ((field, position), change) in T::table().fields().iter().zip(positions).zip(changes) {
        if change == Change::Value {
            let value = field.access.encode(after, &mut decoded, field.name)?;
            match position {
                Some(position) => _ = replaced.insert(position, Some(value)),
                None => added.push((field.name, value)),
            }
        }
        let Some(ttl) = field.ttl else { continue };
        let stored_name = position.map_or(field.name, |position| fields.name_at(position));
        let deadline = deadlines.of(stored_name);
        let is_default = field.access.same(&decoded, &default);
        let deadline = match change {
            Change::None if deadline.is_some_and(|deadline| deadline <= age) => {
                field.access.copy(&default, &mut decoded);
                replaced.extend(position.map(|position| (position, None)));
                None
            }
            Change::None if is_default => deadline,
            // Without one, a release wrote it that knew of none.
            Change::None => deadline.or(Some(age.saturating_add(ttl))),
            Change::Value | Change::Deadline => (!is_default).then(|| age.saturating_add(ttl)),
        };
        deadlines.set(stored_name, deadline);
        until = earlier(until, deadline);
    }
    let mut writer = Writer::again(stored);
    for (position, (name, value)) in fields.iter().enumerate() {
        match replaced.get(&position) {
            Some(None) => {}
            Some(Some(new)) => writer.field(name, new),
            None => writer.field(name, value),
        }
    }
    for (name, value) in added {
        writer.field(name, &value);
    }
    let fields = writer.finish()?;
    let fields = if T::table().expires() { deadlines.write_to(fields)? } else { fields };
    Ok(Some(Encoded { fields, decoded: DecodedState { state: Arc::new(decoded), until } }))
}

/// What becomes of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    None,
    Value,
    /// It is as it was, and its `ttl` counts anew.
    Deadline,
}

/// The earlier one, if there is one.
fn earlier(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    one.into_iter().chain(other).min()
}

/// Whether these are one principal, as stores tell them apart: two whose `PartialEq` overlooks a
/// difference are two.
pub(crate) fn same_principal<T: SessionState>(
    one: Option<&T::Principal>,
    other: Option<&T::Principal>,
) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            std::ptr::eq(one, other)
                || matches!(
                    (serde_json::to_string(one), serde_json::to_string(other)),
                    (Ok(one), Ok(other)) if one == other
                )
        }
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// The name of the field that says whom a session belongs to.
pub(crate) fn principal_field<T: SessionState>() -> Option<&'static str> {
    T::table().fields().iter().find(|field| field.is_principal).map(|field| field.name)
}

/// The principal as stores know it: its JSON, which tells a number from a text.
pub(crate) fn principal_key<T: SessionState>(
    principal: &T::Principal,
) -> Result<String, EncodeError> {
    let field = principal_field::<T>().unwrap_or("principal");
    serde_json::to_string(principal).map_err(|cause| EncodeError::Field { field, cause })
}

/// The same of a principal that is stored, whether it decodes or not: it is stored as its JSON.
pub(crate) fn stored_principal_key<T: SessionState>(stored: &[u8]) -> Option<&str> {
    let fields = Fields::parsed_before(stored);
    let table = T::table();
    let nth = table.fields().iter().position(|field| field.is_principal)?;
    let position = table.positions(fields.iter().map(|(name, _)| name))[nth]?;
    str::from_utf8(fields.at(position)).ok()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod ttl_tests;
