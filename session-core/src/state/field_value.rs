//! The types that a session's fields may have.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What can be a session's field: comparable, cloneable plain data. Every type with these traits
/// is one; derive them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the field of a session",
    label = "cannot be compared, copied or stored",
    note = "a session's field needs `Clone`, `PartialEq`, `serde::Serialize` and `serde::Deserialize`: \
            add `#[derive(Clone, PartialEq, Serialize, Deserialize)]` to `{Self}`",
    note = "a type of another crate that has no `PartialEq` can be a field with `#[session(opaque)]`; \
            one that has no `Clone` either as `Opaque<{Self}>`"
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

/// What can be a session's field with `#[session(opaque)]`: data that is not compared, but by its JSON.
/// Every type with these traits is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the field of a session",
    label = "cannot be copied or stored",
    note = "with `#[session(opaque)]`, a session's field needs `Clone`, `serde::Serialize` and `serde::Deserialize`",
    note = "a type that has no `Clone` can be a field as `Opaque<{Self}>`, without `#[session(opaque)]`"
)]
pub trait OpaqueValue: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<V> OpaqueValue for V where V: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {}

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
