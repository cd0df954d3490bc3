//! What a session type is: a plain struct whose fields the library knows by name.

use serde::Serialize;

use crate::state::field::{Field, FieldValue};

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

    /// The name that tells its sessions from those of others, unless the builder gives them
    /// another: the struct's identifier, or what `#[session(name = "…")]` says. It is part of what
    /// is stored: a session that was stored under another name is not found.
    const NAME: &'static str;

    /// Names that its sessions had before: those that were stored under them are found too.
    const ALIASES: &'static [&'static str];

    /// Its fields, as `#[session]` lists them.
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
pub trait WithPrincipal: SessionState {
    /// Makes the session this principal's. [`Session::log_in`](crate::Session::log_in) calls it.
    #[doc(hidden)]
    fn set_principal(&mut self, principal: Self::Principal);
}

/// The principal of a session type that has none. It has no values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub enum NoPrincipal {}
