//! What a session type is: a plain struct whose fields the library knows by name.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::state::field::Field;

/// A struct whose fields make a session. Put `#[session]` on it; do not write this by hand.
///
/// A fresh session is the struct's `Default`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session",
    label = "not a session",
    note = "put `#[session]` on the struct `{Self}`"
)]
pub trait SessionState: Clone + Default + Send + Sync + 'static {
    /// Whom a session belongs to: the type inside the `Option` of the field marked
    /// `#[session(principal)]`, or [`NoPrincipal`].
    type Principal: FieldValue;

    #[doc(hidden)]
    const FIELDS: &'static [Field<Self>];

    /// Whom this session belongs to, when somebody has logged in to it.
    fn principal(&self) -> Option<&Self::Principal>;
}

/// A session type that people log in to: it has a field marked `#[session(principal)]`.
#[diagnostic::on_unimplemented(
    message = "nobody can log in to `{Self}`: it has no principal",
    label = "this session has no principal",
    note = "mark the field that says who is logged in: `#[session(principal)] user: Option<UserId>`"
)]
pub trait WithPrincipal: SessionState {}

/// The principal of a session type that has none. It has no values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub enum NoPrincipal {}

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
