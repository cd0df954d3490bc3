//! Mistakes that the types of a handler's arguments show: `#[require_session]` prints a check for
//! each pair of arguments that could be one, which the compiler evaluates.
//!
//! A constant of the type itself comes before a trait's, so that of two `CHECK`s it is the failing
//! one where it applies.

use std::marker::PhantomData;

use axum::middleware::Next;
use session_core::{Session, SessionState};

/// The outcome of a check.
#[derive(Clone, Copy, Debug)]
pub struct Check(Option<&'static str>);

impl Check {
    /// Stops the compilation, at whoever calls this, if the arguments do not go together.
    ///
    /// # Panics
    /// Then, which in a constant is an error of the compiler.
    #[track_caller]
    pub const fn assert(self) {
        if let Self(Some(mistake)) = self {
            panic!("{}", mistake)
        }
    }
}

/// Two sessions of one function.
#[derive(Debug)]
pub struct Pair<A: ?Sized, B: ?Sized>(PhantomData<A>, PhantomData<B>);

const TAKEN_TWICE: Check = Check(Some(
    "this function takes the same session twice: take it once; `Session<…>` has both its state and its \
     controls",
));

impl<T: ?Sized> Pair<T, T> {
    /// They are one.
    pub const CHECK: Check = TAKEN_TWICE;
}

impl<T: SessionState> Pair<T, Session<T>> {
    /// They are one.
    pub const CHECK: Check = TAKEN_TWICE;
}

impl<T: SessionState> Pair<Session<T>, T> {
    /// They are one.
    pub const CHECK: Check = TAKEN_TWICE;
}

/// Two sessions of one function that are two.
pub trait Distinct {
    /// Nothing is wrong.
    const CHECK: Check = Check(None);
}

impl<A: ?Sized, B: ?Sized> Distinct for Pair<A, B> {}

/// What a function takes by `&mut`, beside another argument of it.
#[derive(Debug)]
pub struct Lending<A: ?Sized, E: ?Sized>(PhantomData<A>, PhantomData<E>);

impl<T: SessionState> Lending<T, Next> {
    /// A middleware holds the state, which cannot be lent to what it runs.
    pub const CHECK: Check = Check(Some(
        "a state that is taken by `&mut` cannot be lent to what `Next` runs: take `&mut Session<…>` and call \
         `session.run(next, request).await`, or take the state by `&`",
    ));
}

/// What a function takes, beside an argument that does not matter.
pub trait CanLend {
    /// Nothing is wrong.
    const CHECK: Check = Check(None);
}

impl<A: ?Sized, E: ?Sized> CanLend for Lending<A, E> {}
