//! The options of `#[require_session]`, as types.

use std::marker::PhantomData;
use std::time::Duration;

use session_core::{CommitOn, Refusal, Session, SessionState, Sites, Usage, WithPrincipal};

/// What a handler asks of its session.
pub trait Requirement<T: SessionState> {
    /// Which answers of the handler commit its changes.
    const COMMIT_ON: CommitOn = CommitOn::Success;

    /// Which sites may act on the session.
    const SITES: Sites = Sites::Ours;

    /// Whether the request is a use of the session. In one that the page itself sends neither the
    /// idle limit starts anew nor is the secret renewed.
    const USAGE: Usage = Usage::Foreground;

    /// Where the request of a page goes when it is refused for want of a session or a log-in.
    const LOG_IN: Option<&'static str> = None;

    /// Whether the request may go on to its handler.
    fn check(_session: &Session<T>) -> Result<(), Refusal> {
        Ok(())
    }
}

impl<T: SessionState> Requirement<T> for () {}

/// `existing`: the request comes with a stored session.
#[derive(Debug)]
pub struct Existing;

impl<T: SessionState> Requirement<T> for Existing {
    fn check(session: &Session<T>) -> Result<(), Refusal> {
        session.handle().map(|_| ()).ok_or(Refusal::NoSession)
    }
}

/// `authenticated`: somebody is logged in.
#[derive(Debug)]
pub struct Authenticated;

impl<T: WithPrincipal> Requirement<T> for Authenticated {
    fn check(session: &Session<T>) -> Result<(), Refusal> {
        session.principal().map(|_| ()).ok_or(Refusal::NotAuthenticated)
    }
}

/// `fresh = "…"`: somebody has logged in within this many seconds.
#[derive(Debug)]
pub struct Fresh<const SECONDS: u64>;

impl<T: WithPrincipal, const SECONDS: u64> Requirement<T> for Fresh<SECONDS> {
    fn check(session: &Session<T>) -> Result<(), Refusal> {
        Authenticated::check(session)?;
        if session.is_fresh(Duration::from_secs(SECONDS)) {
            return Ok(());
        }
        Err(Refusal::NotFresh)
    }
}

/// `or_redirect = "…"`: pages go to a log-in. `O` is the handler's own type, which says where.
#[derive(Debug)]
pub struct Redirects<O>(PhantomData<O>);

/// Where a handler sends those who are to log in.
pub trait OrRedirect {
    /// A path of this site.
    const TO: &'static str;
}

impl<T: SessionState, O: OrRedirect> Requirement<T> for Redirects<O> {
    const LOG_IN: Option<&'static str> = Some(O::TO);
}

/// `allow = …`: a function says who may go on. `O` is the handler's own type, which has it.
#[derive(Debug)]
pub struct Allows<O>(PhantomData<O>);

/// Whom a handler lets in.
pub trait Allow<T> {
    /// Whether a session of this state may go on.
    const IF: fn(&T) -> bool;
}

impl<T: SessionState, O: Allow<T>> Requirement<T> for Allows<O> {
    fn check(session: &Session<T>) -> Result<(), Refusal> {
        if (O::IF)(session) { Ok(()) } else { Err(Refusal::Forbidden) }
    }
}

/// `background`: the request is no use of the session.
#[derive(Debug)]
pub struct Background;

impl<T: SessionState> Requirement<T> for Background {
    const USAGE: Usage = Usage::Background;
}

/// `commit = always`: changes are saved whatever the handler answers.
#[derive(Debug)]
pub struct CommitAlways;

impl<T: SessionState> Requirement<T> for CommitAlways {
    const COMMIT_ON: CommitOn = CommitOn::Always;
}

/// `cross_site`: other sites may send forms here.
#[derive(Debug)]
pub struct CrossSite;

impl<T: SessionState> Requirement<T> for CrossSite {
    const SITES: Sites = Sites::Any;
}

/// Both.
impl<T: SessionState, A: Requirement<T>, B: Requirement<T>> Requirement<T> for (A, B) {
    const COMMIT_ON: CommitOn = match A::COMMIT_ON {
        CommitOn::Always => CommitOn::Always,
        CommitOn::Success => B::COMMIT_ON,
    };
    const SITES: Sites = match A::SITES {
        Sites::Any => Sites::Any,
        Sites::Ours => B::SITES,
    };
    const USAGE: Usage = match A::USAGE {
        Usage::Background => Usage::Background,
        Usage::Foreground => B::USAGE,
    };
    const LOG_IN: Option<&'static str> = match A::LOG_IN {
        Some(path) => Some(path),
        None => B::LOG_IN,
    };

    fn check(session: &Session<T>) -> Result<(), Refusal> {
        A::check(session)?;
        B::check(session)
    }
}
