//! Access to one field of a session type: the operations of the engine on it, of whatever type it is.

use std::any::TypeId;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::state::field_value::{FieldValue, OpaqueValue};
use crate::state::frame::EncodeError;
use crate::state::lens::Lens;
use crate::state::same::{has_same_encoding, is_same};

/// What the engine does with one field of the session type `T`.
pub(crate) trait Access<T>: Sync {
    /// Sets the field to what these bytes decode to.
    fn decode(&self, bytes: &[u8], state: &mut T) -> serde_json::Result<()>;

    /// Appends the field's JSON, and sets the field to what that decodes to.
    fn encode(
        &self,
        state: &mut T,
        field: &'static str,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError>;

    /// Whether the field would be stored the same for both.
    fn same(&self, one: &T, other: &T) -> bool;

    /// Whether a field that is the same for both is so throughout, also in what is not stored.
    fn sees_all(&self) -> bool;

    /// Sets the field in the second to what it is in the first.
    fn copy(&self, from: &T, into: &mut T);

    /// Merges `base` and `mine` into `theirs`; only asked where all three differ.
    fn merge(&self, base: &T, mine: &T, theirs: &mut T);

    /// What tells a reference to the field from other references.
    fn address(&self, state: &T) -> (TypeId, *const ());
}

/// Access to the field that the lens reaches, whose values are compared as `C` says.
pub(crate) struct Direct<L, C>(PhantomData<fn() -> (L, C)>);

impl<L, C> Direct<L, C> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

/// How the values of a field are compared.
pub(crate) trait Compares<L: Lens>: 'static {
    /// Whether both would be stored the same.
    fn are_same(one: &L::Value, other: &L::Value) -> bool;

    /// See [`Access::sees_all`].
    fn sees_all() -> bool;

    /// Whether what was read from a value's JSON is that value again.
    fn is_again(value: &L::Value, read: &L::Value) -> bool;
}

/// By `PartialEq`, and by their JSON where that may overlook something.
pub(crate) struct Compared;

/// By their JSON alone: their type need not have `PartialEq`.
pub(crate) struct Uncompared;

impl<L: Lens<Value: FieldValue>> Compares<L> for Compared {
    fn are_same(one: &L::Value, other: &L::Value) -> bool {
        match L::comparison() {
            Some(comparison) => comparison.are_same(one, other),
            None => is_same(one, other),
        }
    }

    fn sees_all() -> bool {
        L::comparison().is_some_and(|comparison| comparison.sees_all())
    }

    fn is_again(value: &L::Value, read: &L::Value) -> bool {
        value == read
    }
}

impl<L: Lens<Value: OpaqueValue>> Compares<L> for Uncompared {
    fn are_same(one: &L::Value, other: &L::Value) -> bool {
        has_same_encoding(one, other)
    }

    fn sees_all() -> bool {
        false
    }

    /// It cannot be told.
    fn is_again(_: &L::Value, _: &L::Value) -> bool {
        true
    }
}

impl<L: Lens<Value: OpaqueValue>, C: Compares<L>> Access<L::State> for Direct<L, C> {
    fn decode(&self, bytes: &[u8], state: &mut L::State) -> serde_json::Result<()> {
        *L::get_mut(state) = decode(bytes)?;
        Ok(())
    }

    fn encode(
        &self,
        state: &mut L::State,
        field: &'static str,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let value = L::get_mut(state);
        let decoded = encode(value, field, out)?;
        if !C::is_again(value, &decoded) {
            return Err(EncodeError::Lossy { field });
        }
        *value = decoded;
        Ok(())
    }

    fn same(&self, one: &L::State, other: &L::State) -> bool {
        C::are_same(L::get(one), L::get(other))
    }

    fn sees_all(&self) -> bool {
        C::sees_all()
    }

    fn copy(&self, from: &L::State, into: &mut L::State) {
        L::get_mut(into).clone_from(L::get(from));
    }

    fn merge(&self, base: &L::State, mine: &L::State, theirs: &mut L::State) {
        let merged = L::merge(L::get(base), L::get(mine), L::get(theirs));
        *L::get_mut(theirs) = merged;
    }

    fn address(&self, state: &L::State) -> (TypeId, *const ()) {
        (TypeId::of::<L::Value>(), std::ptr::from_ref(L::get(state)).cast())
    }
}

/// Access to a field of the part that the lens reaches.
pub(crate) struct Within<L: Lens>(pub(crate) &'static dyn Access<L::Value>);

impl<L: Lens> Access<L::State> for Within<L> {
    fn decode(&self, bytes: &[u8], state: &mut L::State) -> serde_json::Result<()> {
        self.0.decode(bytes, L::get_mut(state))
    }

    fn encode(
        &self,
        state: &mut L::State,
        field: &'static str,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        self.0.encode(L::get_mut(state), field, out)
    }

    fn same(&self, one: &L::State, other: &L::State) -> bool {
        self.0.same(L::get(one), L::get(other))
    }

    fn sees_all(&self) -> bool {
        self.0.sees_all()
    }

    fn copy(&self, from: &L::State, into: &mut L::State) {
        self.0.copy(L::get(from), L::get_mut(into));
    }

    fn merge(&self, base: &L::State, mine: &L::State, theirs: &mut L::State) {
        self.0.merge(L::get(base), L::get(mine), L::get_mut(theirs));
    }

    fn address(&self, state: &L::State) -> (TypeId, *const ()) {
        self.0.address(L::get(state))
    }
}

fn decode<V: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<V> {
    // As text it need not be checked string by string.
    match str::from_utf8(bytes) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(bytes),
    }
}

/// Appends the value's JSON, and answers what that decodes to.
fn encode<V: Serialize + DeserializeOwned>(
    value: &V,
    field: &'static str,
    out: &mut Vec<u8>,
) -> Result<V, EncodeError> {
    let start = out.len();
    serde_json::to_writer(&mut *out, value).map_err(|cause| EncodeError::Field { field, cause })?;
    decode(&out[start..]).map_err(|_| EncodeError::Lossy { field })
}
