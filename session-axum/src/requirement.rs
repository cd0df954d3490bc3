//! The options of `#[require_session]`, as types.

use std::future::ready;
use std::marker::PhantomData;
use std::time::Duration;

use axum_core::extract::FromRef;

use session_core::{CommitOn, Refusal, Session, SessionState, Sites, Usage, WithPrincipal};

use crate::verdict::Denied;

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

/// A requirement that may need the application's state `S`, and time: it is asked after all
/// [`check`](Requirement::check)s.
pub trait Permission<T: SessionState, S>: Requirement<T> {
    /// Whether the request may go on.
    fn permit(
        _session: &Session<T>,
        _state: &S,
    ) -> impl Future<Output = Result<(), Denied>> + Send {
        ready(Ok(()))
    }
}

impl<T: SessionState, S> Permission<T, S> for () {}

/// `existing`: the request comes with a stored session.
#[derive(Debug)]
pub struct Existing;

impl<T: SessionState> Requirement<T> for Existing {
    fn check(session: &Session<T>) -> Result<(), Refusal> {
        session.handle().map(|_| ()).ok_or(Refusal::NoSession)
    }
}

impl<T: SessionState, S> Permission<T, S> for Existing {}

/// `authenticated`: somebody is logged in.
#[derive(Debug)]
pub struct Authenticated;

impl<T: WithPrincipal> Requirement<T> for Authenticated {
    fn check(session: &Session<T>) -> Result<(), Refusal> {
        session.principal().map(|_| ()).ok_or(Refusal::NotAuthenticated)
    }
}

impl<T: WithPrincipal, S> Permission<T, S> for Authenticated {}

/// `fresh = "…"`: somebody has logged in within this many seconds.
#[derive(Debug)]
pub struct Fresh<const SECONDS: u64>;

impl<T: WithPrincipal, const SECONDS: u64> Requirement<T> for Fresh<SECONDS> {
    fn check(session: &Session<T>) -> Result<(), Refusal> {
        check_fresh(session, Duration::from_secs(SECONDS))
    }
}

impl<T: WithPrincipal, S, const SECONDS: u64> Permission<T, S> for Fresh<SECONDS> {}

/// Whether somebody has logged in less than this long ago.
pub(crate) fn check_fresh<T: WithPrincipal>(
    session: &Session<T>,
    span: Duration,
) -> Result<(), Refusal> {
    Authenticated::check(session)?;
    if session.is_fresh(span) { Ok(()) } else { Err(Refusal::NotFresh) }
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

impl<T: SessionState, S, O: OrRedirect> Permission<T, S> for Redirects<O> {}

/// `allow = …`: a function says who may go on. `O` is the handler's own type, which has it.
#[derive(Debug)]
pub struct Allows<O>(PhantomData<O>);

impl<T: SessionState, O: Allow<T>> Requirement<T> for Allows<O> {}

/// Whom a handler lets in.
pub trait Allow<T> {
    /// Whether the request of this session may go on.
    fn allow(session: &Session<T>) -> impl Future<Output = Result<(), Denied>> + Send;
}

impl<T: SessionState, S: Sync, O: Allow<T>> Permission<T, S> for Allows<O> {
    fn permit(session: &Session<T>, _: &S) -> impl Future<Output = Result<(), Denied>> + Send {
        O::allow(session)
    }
}

/// `allow = …, state = …`: a function that is given the application's state says who may go on. `O`
/// is the handler's own type, which has it.
#[derive(Debug)]
pub struct AllowsWith<O>(PhantomData<O>);

impl<T: SessionState, O: AllowWith<T>> Requirement<T> for AllowsWith<O> {}

/// Whom a handler lets in, by the application's state.
pub trait AllowWith<T> {
    /// The part of the state that it needs.
    type State: Send + Sync;

    /// Whether the request of this session may go on.
    fn allow(
        session: &Session<T>,
        state: &Self::State,
    ) -> impl Future<Output = Result<(), Denied>> + Send;
}

impl<T: SessionState, S: Sync, O: AllowWith<T>> Permission<T, S> for AllowsWith<O>
where
    O::State: FromRef<S>,
{
    async fn permit(session: &Session<T>, state: &S) -> Result<(), Denied> {
        O::allow(session, &O::State::from_ref(state)).await
    }
}

/// `background`: the request is no use of the session.
#[derive(Debug)]
pub struct Background;

impl<T: SessionState> Requirement<T> for Background {
    const USAGE: Usage = Usage::Background;
}

impl<T: SessionState, S> Permission<T, S> for Background {}

/// `commit = always`: changes are saved whatever the handler answers.
#[derive(Debug)]
pub struct CommitAlways;

impl<T: SessionState> Requirement<T> for CommitAlways {
    const COMMIT_ON: CommitOn = CommitOn::Always;
}

impl<T: SessionState, S> Permission<T, S> for CommitAlways {}

/// `cross_site`: other sites may send forms here.
#[derive(Debug)]
pub struct CrossSite;

impl<T: SessionState> Requirement<T> for CrossSite {
    const SITES: Sites = Sites::Any;
}

impl<T: SessionState, S> Permission<T, S> for CrossSite {}

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

impl<T, S, A, B> Permission<T, S> for (A, B)
where
    T: SessionState,
    S: Sync,
    A: Permission<T, S>,
    B: Permission<T, S>,
{
    async fn permit(session: &Session<T>, state: &S) -> Result<(), Denied> {
        A::permit(session, state).await?;
        B::permit(session, state).await
    }
}
