//! What a session type is: a plain struct whose fields the library knows by name.

use crate::state::field_value::FieldValue;
use crate::state::ownership::{Owned, Ownership};
use crate::state::table::HasFields;

/// A struct whose fields make a session. Put `#[session]` on it; do not write this by hand.
///
/// A fresh session is the struct's `Default`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session",
    label = "not a session",
    note = "a session type is a struct with `#[session]`: put it on `{Self}`, or name the struct that has it"
)]
pub trait SessionState: HasFields + Clone + Default + Send + Sync {
    /// Whether it has a principal: [`Owned`](crate::state::Owned) if a field is marked
    /// `#[session(principal)]`, or a part has one; else [`Nobody`](crate::state::Nobody).
    type Ownership: Ownership<Principal = Self::Principal>;

    /// Whom a session belongs to: the type inside the `Option` of the field marked
    /// `#[session(principal)]`, or [`NoPrincipal`](crate::NoPrincipal).
    type Principal: FieldValue;

    /// The name that tells its sessions from those of others, unless the builder gives them
    /// another: the struct's identifier, or what `#[session(name = "…")]` says. It is part of what
    /// is stored: a session that was stored under another name is not found.
    const NAME: &'static str;

    /// Names that its sessions had before: those that were stored under them are found too.
    const ALIASES: &'static [&'static str];

    /// Whom this session belongs to, when somebody has logged in to it.
    fn principal(&self) -> Option<&Self::Principal>;

    /// Makes the session this principal's. [`Session::log_in`](crate::Session::log_in) calls it.
    #[doc(hidden)]
    fn set_principal(&mut self, principal: Self::Principal);
}

/// A session type that people log in to: it has a field marked `#[session(principal)]`, or a part
/// that has one.
#[diagnostic::on_unimplemented(
    message = "nobody can log in to `{Self}`: it has no principal",
    label = "this session has no principal",
    note = "mark the field that says who is logged in: `#[session(principal)] user: Option<UserId>`"
)]
pub trait WithPrincipal: SessionState {}

#[diagnostic::do_not_recommend]
impl<T: SessionState<Ownership = Owned<P>, Principal = P>, P: FieldValue> WithPrincipal for T {}

/// The type's own name, without its path: for messages that name a line of the program.
pub(crate) fn type_name<T: SessionState>() -> &'static str {
    let name = std::any::type_name::<T>();
    let path = name.split('<').next().unwrap_or(name);
    &name[path.rfind("::").map_or(0, |colons| colons + 2)..]
}
