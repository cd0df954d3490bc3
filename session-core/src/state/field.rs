//! One field of a session type: its stored name, and how it is read, compared, merged, written.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::state::frame::EncodeError;

/// What can be a session's field: comparable, cloneable plain data. Every type with these traits
/// is one; derive them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the field of a session",
    label = "cannot be compared, copied or stored",
    note = "a session's field needs `Clone`, `PartialEq`, `serde::Serialize` and `serde::Deserialize`: \
            add `#[derive(Clone, PartialEq, Serialize, Deserialize)]` to `{Self}`"
)]
pub trait FieldValue:
    Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
}

#[diagnostic::do_not_recommend]
impl<V> FieldValue for V where
    V: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
}

/// Reaches one field of a session type. `#[session]` writes one for each.
pub trait Lens: 'static {
    /// The session type.
    type State;
    /// The field's type.
    type Value: FieldValue;

    /// The field.
    fn get(state: &Self::State) -> &Self::Value;

    /// The field, to be written.
    fn get_mut(state: &mut Self::State) -> &mut Self::Value;

    /// What becomes of the field when this request made `mine` of `base` and another has
    /// meanwhile made `theirs` of it: `replace` unless the field says otherwise.
    fn merge(_base: &Self::Value, mine: &Self::Value, _theirs: &Self::Value) -> Self::Value {
        mine.clone()
    }
}

/// A field of the session type `T`, as a row of its table.
#[derive(Debug)]
pub struct Field<T> {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) carried: bool,
    pub(crate) is_principal: bool,
    pub(crate) decode: fn(&[u8], &mut T) -> serde_json::Result<()>,
    /// The JSON of the field in the first, and into the second what that decodes to.
    pub(crate) encode: fn(&T, &mut T, &'static str) -> Result<Vec<u8>, EncodeError>,
    pub(crate) same: fn(&T, &T) -> bool,
    /// Sets the field in the second to what it is in the first.
    pub(crate) copy: fn(&T, &mut T),
    /// Merges `base` and `mine` into `theirs`; only asked where all three differ.
    pub(crate) merge: fn(&T, &T, &mut T),
}

impl<T> Field<T> {
    /// The field that `L` reaches, stored under `name`.
    pub const fn of<L: Lens<State = T>>(name: &'static str) -> Self {
        Self {
            name,
            aliases: &[],
            carried: false,
            is_principal: false,
            decode: |bytes, state| {
                // As text it need not be checked string by string.
                *L::get_mut(state) = match str::from_utf8(bytes) {
                    Ok(text) => serde_json::from_str(text)?,
                    Err(_) => serde_json::from_slice(bytes)?,
                };
                Ok(())
            },
            encode: |state, decoded, field| encode(L::get(state), L::get_mut(decoded), field),
            same: |one, other| L::get(one) == L::get(other),
            copy: |from, into| L::get_mut(into).clone_from(L::get(from)),
            merge: |base, mine, theirs| {
                let merged = L::merge(L::get(base), L::get(mine), L::get(theirs));
                *L::get_mut(theirs) = merged;
            },
        }
    }

    /// Also read under these names.
    pub const fn alias(mut self, names: &'static [&'static str]) -> Self {
        self.aliases = names;
        self
    }

    /// Kept when the session passes from one principal to another, or to none.
    pub const fn carry(mut self) -> Self {
        self.carried = true;
        self
    }

    /// Says whom the session belongs to.
    pub const fn principal(mut self) -> Self {
        self.is_principal = true;
        self
    }
}

/// The field's JSON, if it comes back from there as it is, and what came back.
fn encode<V: FieldValue>(
    value: &V,
    decoded: &mut V,
    field: &'static str,
) -> Result<Vec<u8>, EncodeError> {
    let text = serde_json::to_string(value).map_err(|cause| EncodeError::Field { field, cause })?;
    match serde_json::from_str::<V>(&text) {
        Ok(read) if read == *value => *decoded = read,
        _ => return Err(EncodeError::Lossy { field }),
    }
    Ok(text.into_bytes())
}

/// The field marked `#[session(principal)]`: an `Option`, since nobody is logged in at first.
#[diagnostic::on_unimplemented(
    message = "a principal is an `Option`, since nobody is logged in at first",
    label = "not an `Option`",
    note = "make it `Option<{Self}>`"
)]
pub trait PrincipalField {
    /// What names the principal.
    type Principal: FieldValue;

    /// The principal, if anybody is logged in.
    fn principal(&self) -> Option<&Self::Principal>;

    /// Makes it this principal.
    fn set_principal(&mut self, principal: Self::Principal);
}

impl<P: FieldValue> PrincipalField for Option<P> {
    type Principal = P;

    fn principal(&self) -> Option<&P> {
        self.as_ref()
    }

    fn set_principal(&mut self, principal: P) {
        *self = Some(principal);
    }
}
