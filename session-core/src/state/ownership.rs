//! Whether a session type has a principal: of its own, or one of its parts'.

use serde::Serialize;

use crate::state::field_value::FieldValue;

/// Whether sessions of a type have a principal: [`Nobody`], or [`Owned`] with the principal's type.
pub trait Ownership: 'static {
    /// The principal's type.
    type Principal: FieldValue;
}

/// The ownership of a session type without a principal.
#[derive(Clone, Copy, Debug)]
pub enum Nobody {}

impl Ownership for Nobody {
    type Principal = NoPrincipal;
}

/// The ownership of a session type that people log in to, with their principal `P`.
#[derive(Debug)]
pub struct Owned<P>(std::convert::Infallible, std::marker::PhantomData<P>);

impl<P: FieldValue> Ownership for Owned<P> {
    type Principal = P;
}

/// The ownership of a session type with parts: of the type itself and its parts, at most one has
/// a principal, and that is the whole's.
#[diagnostic::on_unimplemented(
    message = "a session belongs to one principal, and another part of this one has one already",
    label = "a second principal",
    note = "put both principals into one type, or take one of the two parts as an ordinary field, without `flatten`"
)]
pub trait Either<Other: Ownership>: Ownership {
    /// The one that has a principal, if one has.
    type Ownership: Ownership;

    /// The principal of the one that has one.
    fn either<'a>(
        this: Option<&'a Self::Principal>,
        other: Option<&'a Other::Principal>,
    ) -> Option<&'a <Self::Ownership as Ownership>::Principal>;

    /// Hands a principal to the one that has one.
    fn hand(
        principal: <Self::Ownership as Ownership>::Principal,
        this: impl FnOnce(Self::Principal),
        other: impl FnOnce(Other::Principal),
    );
}

impl<Other: Ownership> Either<Other> for Nobody {
    type Ownership = Other;

    fn either<'a>(
        _: Option<&'a NoPrincipal>,
        other: Option<&'a Other::Principal>,
    ) -> Option<&'a Other::Principal> {
        other
    }

    fn hand(
        principal: Other::Principal,
        _: impl FnOnce(NoPrincipal),
        other: impl FnOnce(Other::Principal),
    ) {
        other(principal);
    }
}

impl<P: FieldValue> Either<Nobody> for Owned<P> {
    type Ownership = Self;

    fn either<'a>(this: Option<&'a P>, _: Option<&'a NoPrincipal>) -> Option<&'a P> {
        this
    }

    fn hand(principal: P, this: impl FnOnce(P), _: impl FnOnce(NoPrincipal)) {
        this(principal);
    }
}

/// The principal of a session type that has none. It has no values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub enum NoPrincipal {}
