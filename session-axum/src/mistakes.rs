//! Mistakes that a handler's arguments show, as constants that do not evaluate: `#[require_session]`
//! writes one for each pair of arguments that could be one.
//!
//! An inherent constant comes before a trait's, so that of the two `CHECK`s it is the failing one
//! where it applies.

use std::marker::PhantomData;

use axum::middleware::Next;
use session_core::SessionState;

/// Two sessions of one function.
#[derive(Debug)]
pub struct Pair<A, B>(PhantomData<(A, B)>);

impl<T> Pair<T, T> {
    /// They are one: refused.
    pub const CHECK: () = panic!(
        "this session is taken twice by one function: take it once, as `&mut Session<…>` if its \
         state and its controls are needed"
    );
}

/// Two sessions of one function that are two.
pub trait Distinct {
    /// Nothing is wrong.
    const CHECK: () = ();
}

impl<A, B> Distinct for Pair<A, B> {}

/// What a function takes by `&mut`, beside another argument of it.
#[derive(Debug)]
pub struct Lending<A, E>(PhantomData<(A, E)>);

impl<T: SessionState> Lending<T, Next> {
    /// A middleware holds the state, which cannot be lent to what it runs: refused.
    pub const CHECK: () = panic!(
        "a middleware that takes a session's state by `&mut` cannot hand it to what it runs: take \
         `&mut Session<…>` and call `session.run(next, request).await`, or take it by `&`"
    );
}

/// What a function takes, beside an argument that does not matter.
pub trait CanLend {
    /// Nothing is wrong.
    const CHECK: () = ();
}

impl<A, E> CanLend for Lending<A, E> {}
