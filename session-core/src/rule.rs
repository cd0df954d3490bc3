//! The options of `#[require_session]`, as types.

use crate::error::Refusal;
use crate::session::Session;
use crate::state::{SessionState, WithPrincipal};

/// What a handler asks of its session.
pub trait Rule<T: SessionState> {
    /// Whether changes are saved even when the handler answers 5xx.
    const COMMIT_ALWAYS: bool = false;

    /// Whether requests from other sites may act on the session.
    const CROSS_SITE: bool = false;

    /// Whether the request may go on to its handler.
    fn check(_session: &Session<T>) -> Result<(), Refusal> {
        Ok(())
    }
}

impl<T: SessionState> Rule<T> for () {}

/// `existing`: the request comes with a stored session.
#[derive(Debug)]
pub struct Existing;

impl<T: SessionState> Rule<T> for Existing {
    fn check(session: &Session<T>) -> Result<(), Refusal> {
        session.handle().map(|_| ()).ok_or(Refusal::NoSession)
    }
}

/// `authenticated`: somebody is logged in.
#[derive(Debug)]
pub struct Authenticated;

impl<T: WithPrincipal> Rule<T> for Authenticated {
    fn check(session: &Session<T>) -> Result<(), Refusal> {
        session.principal().map(|_| ()).ok_or(Refusal::NotAuthenticated)
    }
}

/// `commit = always`: changes are saved whatever the handler answers.
#[derive(Debug)]
pub struct CommitAlways;

impl<T: SessionState> Rule<T> for CommitAlways {
    const COMMIT_ALWAYS: bool = true;
}

/// `cross_site`: other sites may send forms here.
#[derive(Debug)]
pub struct CrossSite;

impl<T: SessionState> Rule<T> for CrossSite {
    const CROSS_SITE: bool = true;
}

/// Both.
impl<T: SessionState, A: Rule<T>, B: Rule<T>> Rule<T> for (A, B) {
    const COMMIT_ALWAYS: bool = A::COMMIT_ALWAYS || B::COMMIT_ALWAYS;
    const CROSS_SITE: bool = A::CROSS_SITE || B::CROSS_SITE;

    fn check(session: &Session<T>) -> Result<(), Refusal> {
        A::check(session)?;
        B::check(session)
    }
}
