//! What the scopes of a request share: the session as it is at the moment, and who has it.

use std::thread::ThreadId;

use crate::engine::error::{Error, Refusal};
use crate::engine::incoming::Usage;
use crate::engine::scopes::{Admission, Handed, Opening, ScopeId, Scopes};
use crate::engine::working_copy::WorkingCopy;
use crate::state::session_state::{SessionState, type_name};

/// What the scopes of a request share.
#[derive(Debug)]
pub(crate) struct Shared<T> {
    /// The session as it is passed on at the moment.
    pub(crate) now: WorkingCopy<T>,
    /// What the last guard with `commit = always` left, to be saved whatever is answered, and how
    /// many there were.
    pub(crate) kept: Option<WorkingCopy<T>>,
    pub(crate) kept_count: u32,
    pub(crate) scopes: Scopes<T>,
    /// Whether anybody has had to wait for a turn.
    pub(crate) is_awaited: bool,
    pub(crate) is_saved: bool,
    /// What the request's functions so far make of it.
    pub(crate) usage: Usage,
    /// Whether somebody has renewed it, or is about to.
    pub(crate) is_renewed: bool,
    pub(crate) closures: Closures,
}

/// What closures have made of a session.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Closures {
    /// None has had it to change.
    Unused,
    /// The one of this thread has it.
    Running(ThreadId),
    /// They may have changed it.
    Idle,
}

impl<T> Shared<T> {
    /// As the request finds it.
    pub(crate) fn new(now: WorkingCopy<T>, usage: Usage) -> Self {
        Self {
            now,
            kept: None,
            kept_count: 0,
            scopes: Scopes::default(),
            is_awaited: false,
            is_saved: false,
            usage,
            is_renewed: false,
            closures: Closures::Unused,
        }
    }

    /// Opens a scope inside of this one, if it can be.
    pub(crate) fn attempt(&mut self, under: Option<ScopeId>, opening: Opening) -> Attempt<T>
    where
        T: SessionState,
    {
        let Shared { now, kept, kept_count, scopes, is_awaited, is_saved, .. } = self;
        if *is_saved && !scopes.is_open(under) {
            return Attempt::Saved;
        }
        match scopes.admit(under, opening) {
            Admission::Free(parent) => {
                let handed = || Handed::of(now, kept.as_ref(), *kept_count);
                let scope =
                    (opening != Opening::Look).then(|| scopes.open(parent, opening, handed));
                Attempt::Opened(scope, now.clone())
            }
            Admission::Wait => {
                *is_awaited = true;
                Attempt::Wait
            }
            Admission::Held => Attempt::Refused(Refusal::Held(type_name::<T>())),
            Admission::Twice => Attempt::Refused(Refusal::TakenTwice(type_name::<T>())),
            Admission::CutOff => Attempt::Saved,
        }
    }

    /// The session is as it was handed to a scope, or as a guard with `commit = always` has left it
    /// since.
    pub(crate) fn discard(&mut self, handed: Option<Box<Handed<T>>>) {
        let Some(handed) = handed else { return };
        self.now = match &self.kept {
            Some(kept) if self.kept_count > handed.kept_count => kept.clone(),
            _ => handed.copy,
        };
    }
}

/// What comes of an attempt to open a scope.
pub(crate) enum Attempt<T> {
    Opened(Option<ScopeId>, WorkingCopy<T>),
    Wait,
    Refused(Refusal),
    /// The request's changes are saved: a load of its own is needed.
    Saved,
}

impl<T: SessionState> Attempt<T> {
    /// Why a closure does not get the session.
    pub(crate) fn refused(self) -> Error {
        match self {
            Self::Wait | Self::Refused(_) | Self::Opened(..) => Error::Held(type_name::<T>()),
            Self::Saved => Error::Saved(type_name::<T>()),
        }
    }
}
