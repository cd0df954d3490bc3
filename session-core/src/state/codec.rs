//! Between a session type and the bytes of its fields.

use std::sync::Arc;
use std::time::Duration;

use crate::state::deadlines::Deadlines;
use crate::state::field_set::FieldSet;
use crate::state::frame::{EncodeError, Fields, FieldsError, Head, Writer};
use crate::state::restarts::Restarts;
use crate::state::session_state::SessionState;
use crate::state::table::{FieldMatch, StoredField};

/// The bytes of a session.
pub(crate) struct Encoded {
    pub(crate) fields: Arc<[u8]>,
    /// The age of the session at which its state is another, since a field runs out.
    pub(crate) until: Option<Duration>,
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
    let mut finder = T::table().finder();
    let deadlines = Deadlines::of_type::<T>(bytes);
    let (mut state, mut until) = (T::default(), None);
    for entry in fields.entries() {
        let found = finder.find(entry.name).filter(|found| !found.is_overridden(fields));
        let Some(FieldMatch { field, .. }) = found else { continue };
        let deadline = field.ttl.and_then(|_| deadlines.of(entry.name));
        if deadline.is_some_and(|deadline| deadline <= age) {
            continue;
        }
        until = earlier(until, deadline);
        if field.access.decode(entry.value, &mut state).is_err() {
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
///
/// The state becomes what the bytes decode to: equal to what it was, and perhaps not the same. Equality
/// is the fields' own, and may overlook what `Serialize` skips.
pub(crate) fn encode<T: SessionState>(
    name: &str,
    state: &mut Arc<T>,
    age: Duration,
    former: Option<&Former<'_, T>>,
) -> Result<Encoded, EncodeError> {
    let table = T::table();
    let mut writer = Writer::new(Head::new(name), 256);
    let (mut deadlines, mut until) = (Deadlines::default(), None);
    if table.expires() {
        let default = T::default();
        let former = former
            .map(|former| (Deadlines::among(former.fields), former, former.restarts.places::<T>()));
        for (place, field) in table.fields().iter().enumerate() {
            let Some(ttl) = field.ttl.filter(|_| !field.access.same(state, &default)) else {
                continue;
            };
            let former = former.as_ref().filter(|(_, former, restarts)| {
                field.access.same(former.state, state) && !restarts.contains(place)
            });
            let mut names = std::iter::once(&field.name).chain(field.aliases);
            let kept = former
                .and_then(|(deadlines, ..)| names.find_map(|name| deadlines.of(name.as_bytes())));
            let deadline = Some(kept.unwrap_or(age.saturating_add(ttl)));
            deadlines.set(field.name.as_bytes(), deadline);
            until = earlier(until, deadline);
        }
    }
    let state = Arc::make_mut(state);
    for field in table.fields() {
        writer
            .field_with(field.name.as_bytes(), |out| field.access.encode(state, field.name, out))?;
    }
    let fields = writer.finish()?;
    let fields = if table.expires() { deadlines.write_to(fields)? } else { fields };
    Ok(Encoded { fields, until })
}

/// The bytes after `before`, the state of `stored`, became `after`, which differs from it in `changed`; none
/// if nothing would be stored differently. Compared are the two states, never the bytes: these have a
/// `HashMap` in another order each time.
///
/// Only fields that differ are encoded. The others stay as they are, byte for byte: those that
/// this release does not know, and those that it could not decode. A field found under an alias
/// stays under it, and so does its deadline, so that the release that knows it by that name still
/// sees it. What has run out is left out.
///
/// As of [`encode`], the state becomes what the bytes decode to.
pub(crate) fn recode<T: SessionState>(
    stored: &[u8],
    before: &T,
    after: &mut Arc<T>,
    changed: &FieldSet,
    age: Duration,
    restarts: Restarts,
) -> Result<Option<Encoded>, EncodeError> {
    let table = T::table();
    let mut expiry = table.expires().then(|| Expiry::new(stored, age));
    let restarted = expiry.as_ref().map(|expiry| expiry.restarted(before, restarts));
    let restarted = restarted.unwrap_or_default();
    if changed.is_empty() && restarted.is_empty() {
        return Ok(None);
    }
    let state = Arc::make_mut(after);
    for place in table.overlooking().iter().filter(|place| !changed.contains(*place)) {
        table.fields()[place].access.copy(before, state);
    }
    let (fields, mut finder) = (Fields::parsed_before(stored), table.finder());
    let (mut writer, mut copied) = (Writer::again(stored), 0);
    let mut settled = FieldSet::default();
    for entry in fields.entries() {
        let Some(found) = finder.find(entry.name) else { continue };
        let is_changed = changed.contains(found.place);
        if !is_changed && expiry.is_none() || found.is_overridden(fields) {
            continue;
        }
        let FieldMatch { place, field, .. } = found;
        settled.insert(place);
        if is_changed {
            writer.copy(fields.framed(copied..entry.range.start));
            writer.field_with(entry.name, |out| field.access.encode(state, field.name, out))?;
            copied = entry.range.end;
        }
        if let Some(expiry) = &mut expiry {
            let is_set = is_changed || restarted.contains(place);
            if expiry.set_deadline(field, entry.name, is_set, state) {
                writer.copy(fields.framed(copied..entry.range.start));
                copied = entry.range.end;
            }
        }
    }
    writer.copy(fields.framed(copied..fields.end()));
    for (place, field) in table.fields().iter().enumerate() {
        if settled.contains(place) {
            continue;
        }
        let (name, is_changed) = (field.name.as_bytes(), changed.contains(place));
        if is_changed {
            writer.field_with(name, |out| field.access.encode(state, field.name, out))?;
        }
        if let Some(expiry) = &mut expiry {
            expiry.set_deadline(field, name, is_changed || restarted.contains(place), state);
        }
    }
    let fields = writer.finish()?;
    match expiry {
        None => Ok(Some(Encoded { fields, until: None })),
        Some(Expiry { deadlines, until, .. }) => {
            Ok(Some(Encoded { fields: deadlines.write_to(fields)?, until }))
        }
    }
}

/// The deadlines of a session's fields as they are to become in a write.
struct Expiry<'a, T> {
    deadlines: Deadlines<'a>,
    default: T,
    age: Duration,
    until: Option<Duration>,
}

impl<'a, T: SessionState> Expiry<'a, T> {
    fn new(stored: &'a [u8], age: Duration) -> Self {
        Self { deadlines: Deadlines::among(stored), default: T::default(), age, until: None }
    }

    /// Those of the fields to be restarted that have something to lose.
    fn restarted(&self, state: &T, restarts: Restarts) -> FieldSet {
        let fields = T::table().fields();
        let is_set = |place: &usize| !fields[*place].access.same(state, &self.default);
        restarts.places::<T>().iter().filter(is_set).collect()
    }

    /// Sets the deadline of a field that is stored under this name; it counts anew if the write sets it.
    /// Answers whether the field has run out: then it is back at its default.
    fn set_deadline(
        &mut self,
        field: &StoredField<T>,
        stored_name: &'a [u8],
        is_set: bool,
        state: &mut T,
    ) -> bool {
        let Some(ttl) = field.ttl else { return false };
        let deadline = self.deadlines.of(stored_name);
        let has_run_out = !is_set && deadline.is_some_and(|deadline| deadline <= self.age);
        if has_run_out {
            field.access.copy(&self.default, state);
        }
        let is_default = field.access.same(state, &self.default);
        let anew = self.age.saturating_add(ttl);
        let deadline = match deadline {
            _ if has_run_out || is_set && is_default => None,
            _ if is_set => Some(anew),
            deadline if is_default => deadline,
            // Without one, a release wrote it that knew of none.
            deadline => deadline.or(Some(anew)),
        };
        self.deadlines.set(stored_name, deadline);
        self.until = earlier(self.until, deadline);
        has_run_out
    }
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

/// Whether both states are of one principal.
pub(crate) fn have_same_principal<T: SessionState>(one: &T, other: &T) -> bool {
    let is_same = |field: &StoredField<T>| field.access.same(one, other);
    // Its own comparison needs no JSON, mostly.
    T::table().principal().is_none_or(is_same)
        || same_principal::<T>(one.principal(), other.principal())
}

/// The name of the field that says whom a session belongs to.
pub(crate) fn principal_field<T: SessionState>() -> Option<&'static str> {
    T::table().principal().map(|field| field.name)
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
    let (fields, mut finder) = (Fields::parsed_before(stored), T::table().finder());
    let mut is_principal = |name: &[u8]| {
        let found = finder.find(name).filter(|found| found.field.is_principal);
        found.is_some_and(|found| !found.is_overridden(fields))
    };
    let principal = fields.entries().find(|entry| is_principal(entry.name))?;
    str::from_utf8(principal.value).ok()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod ttl_tests;
