//! Between a session type and the bytes of its fields.

use std::collections::HashMap;
use std::sync::Arc;

use crate::state::frame::{EncodeError, Fields, FieldsError, Head, Writer};
use crate::state::session_state::SessionState;
use crate::state::table::StoredField;

/// The bytes of a session, and the state that they decode to: equal to the one that was encoded,
/// and perhaps not the same. Equality is the fields' own, and may overlook the order of a map, or
/// what `Serialize` skips.
pub(crate) struct Encoded<T> {
    pub(crate) fields: Arc<[u8]>,
    pub(crate) state: Arc<T>,
}

/// The state of these bytes. A field that is missing has its default; so has one that
/// does not decode, after its name was told to `defaulted`.
pub(crate) fn decode<T: SessionState>(
    bytes: &[u8],
    mut defaulted: impl FnMut(&'static str),
) -> Result<T, FieldsError> {
    let fields = Fields::parse(bytes)?;
    let positions = T::table().positions(fields.iter().map(|(name, _)| name));
    let mut state = T::default();
    for (field, position) in T::table().fields().iter().zip(positions) {
        if let Some(position) = position
            && field.access.decode(fields.at(position), &mut state).is_err()
        {
            defaulted(field.name);
        }
    }
    Ok(state)
}

/// The bytes of a new session: every field, so that a default which changes with a release (or
/// is drawn at random) does not change under a session that has it. `name` is that of its
/// `Sessions`.
pub(crate) fn encode<T: SessionState>(name: &str, state: &T) -> Result<Encoded<T>, EncodeError> {
    let mut writer = Writer::new(Head::new(name), 256);
    let mut decoded = T::default();
    for field in T::table().fields() {
        writer.field(field.name, &field.access.encode(state, &mut decoded, field.name)?);
    }
    Ok(Encoded { fields: writer.finish()?, state: Arc::new(decoded) })
}

/// The bytes after `before`, the state of `stored`, became `after`; none if nothing would be
/// stored differently. Compared are the two states, never the bytes: these have a `HashMap` in
/// another order each time.
///
/// Only fields that differ are encoded. The others stay as they are, byte for byte: those that
/// this release does not know, and those that it could not decode. A field found under an alias
/// stays under it, so that the release that knows it by that name still sees it.
pub(crate) fn recode<T: SessionState>(
    stored: &[u8],
    before: &T,
    after: &T,
) -> Result<Option<Encoded<T>>, EncodeError> {
    if std::ptr::eq(before, after) {
        return Ok(None);
    }
    let table = T::table();
    let is_changed = |field: &StoredField<T>| !field.access.same(before, after);
    let is_changed: Vec<bool> = table.fields().iter().map(is_changed).collect();
    if !is_changed.contains(&true) {
        return Ok(None);
    }
    let fields = Fields::parsed_before(stored);
    let positions = table.positions(fields.iter().map(|(name, _)| name));
    let mut decoded = before.clone();
    let (mut replaced, mut added) = (HashMap::new(), Vec::new());
    for ((field, position), is_changed) in table.fields().iter().zip(positions).zip(is_changed) {
        if is_changed {
            let value = field.access.encode(after, &mut decoded, field.name)?;
            match position {
                Some(position) => _ = replaced.insert(position, value),
                None => added.push((field.name, value)),
            }
        }
    }
    let mut writer = Writer::again(stored);
    for (position, (name, value)) in fields.iter().enumerate() {
        writer.field(name, replaced.get(&position).map_or(value, Vec::as_slice));
    }
    for (name, value) in added {
        writer.field(name, &value);
    }
    Ok(Some(Encoded { fields: writer.finish()?, state: Arc::new(decoded) }))
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

#[cfg(test)]
mod tests;
