//! Mistakes that the types of a handler's arguments show: `#[require_session]` prints a check for
//! each pair of arguments that could be one, which the compiler evaluates.
//!
//! A constant of the type itself comes before a trait's, so that of two `CHECK`s it is the failing
//! one where it applies.

use std::marker::PhantomData;

use axum::middleware::Next;
use axum_core::extract::{FromRequest, FromRequestParts};
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

impl<A: ?Sized, T: SessionState> Lending<A, Session<T>> {
    /// A session is no extractor.
    pub const CHECK: Check = Check(Some(
        "a session is lent to this function, and not given: take it as `&Session<…>` or `&mut Session<…>`",
    ));
}

macro_rules! no_extractors {
    ($($plain:ty),* $(,)?) => {$(
        impl<A: ?Sized> Lending<A, $plain> {
            /// It is no extractor.
            pub const CHECK: Check = Check(Some(concat!(
                "`", stringify!($plain), "` is no extractor: take it out of the path, `Path(value): Path<",
                stringify!($plain), ">`, or of the query, as the field of a struct in `Query`",
            )));
        }
    )*};
}

no_extractors!(
    bool, char, f32, f64, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
);

/// What a function takes, beside an argument that does not matter.
pub trait CanLend {
    /// Nothing is wrong.
    const CHECK: Check = Check(None);
}

impl<A: ?Sized, E: ?Sized> CanLend for Lending<A, E> {}

/// An extractor among a function's arguments.
#[derive(Debug)]
pub struct Extractor<E: ?Sized>(PhantomData<E>);

impl<E: FromRequest<()>> Extractor<E> {
    /// It takes the request's body.
    pub const FROM_BODY: bool = true;
}

impl<E: FromRequestParts<()>> Extractor<E> {
    /// It takes a part of the request's head.
    pub const FROM_HEAD: bool = true;
}

impl Extractor<Next> {
    /// It is what a middleware runs.
    pub const IS_NEXT: bool = true;
}

/// An extractor of which nothing is known: one of the application's own, say.
pub trait Unknown {
    /// Perhaps.
    const FROM_BODY: bool = false;
    /// Perhaps.
    const FROM_HEAD: bool = false;
    /// It is not.
    const IS_NEXT: bool = false;
}

impl<E: ?Sized> Unknown for Extractor<E> {}

/// The check of an extractor that another one follows: there is one body, and the last extractor has it.
pub const fn takes_no_body(from_body: bool, from_head: bool, followed_by_next: bool) -> Check {
    if from_body && !from_head && !followed_by_next {
        return Check(Some(
            "this extractor reads the request's body: make it the last argument, and the only one that does \
             (of a middleware, the last before `Next`)",
        ));
    }
    Check(None)
}
