//! What is promised of one session: whether it lives, by which cookie, and with what in it.

use std::time::Instant;

use super::account::Changes;

/// Tells one session from another in the whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Number(pub(crate) u64);

/// Whether a session lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// It must.
    Live,
    /// Something that would end it was sent at this moment, and nobody knows what came of that.
    Doubtful(Instant),
    /// It must not, since this moment.
    Ended(Instant),
}

/// Where a session stands among the others of its principal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    pub(crate) life: Life,
    /// How many log-ins came before.
    pub(crate) order: u64,
    /// Whether that is certain: no further log-in on it was sent, with nobody knowing what came of that.
    pub(crate) is_sure: bool,
}

/// The cookie of a session.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    pub(crate) value: String,
    /// Whether it must be good as long as the session lives: nothing was sent that would replace it.
    pub(crate) is_sure: bool,
    /// When it was given.
    pub(crate) given: Instant,
}

/// A session of somebody who is logged in.
#[derive(Clone, Debug)]
pub(crate) struct Promised {
    pub(crate) number: Number,
    pub(crate) user: u64,
    /// Its name in lists; none for a sealed cookie.
    pub(crate) handle: Option<String>,
    pub(crate) standing: Standing,
    /// None once it was found not to be good any more.
    pub(crate) cookie: Option<Credential>,
    /// Cookies that were replaced.
    pub(crate) replaced: Vec<String>,
    pub(crate) changes: Changes,
}

impl Standing {
    /// Whether its last log-in may have come after that of the other, and whether it must have.
    pub(crate) fn may_be_newer(self, than: Self) -> bool {
        let is_ended = matches!(self.life, Life::Ended(_));
        !is_ended && (self.order > than.order || !self.is_sure || !than.is_sure)
    }

    pub(crate) fn must_be_newer(self, than: Self) -> bool {
        self.life == Life::Live && self.order > than.order && self.is_sure && than.is_sure
    }
}

impl Promised {
    pub(crate) fn is_live(&self) -> bool {
        self.standing.life == Life::Live
    }

    /// Since when it must not live.
    pub(crate) fn ended(&self) -> Option<Instant> {
        match self.standing.life {
            Life::Ended(at) => Some(at),
            Life::Live | Life::Doubtful(_) => None,
        }
    }

    /// It is ended, unless it was before.
    pub(crate) fn end(&mut self) {
        if self.ended().is_none() {
            self.standing.life = Life::Ended(Instant::now());
        }
    }

    /// From now on nobody knows whether it lives.
    pub(crate) fn doubt(&mut self) {
        if self.ended().is_none() {
            self.standing.life = Life::Doubtful(Instant::now());
        }
    }

    /// Whether a request with this cookie must find it.
    pub(crate) fn must_answer(&self, cookie: &str) -> bool {
        let is_it = |current: &Credential| current.is_sure && current.value == cookie;
        self.is_live() && self.cookie.as_ref().is_some_and(is_it)
    }

    /// When it was last promised that its cookie is good.
    pub(crate) fn given(&self) -> Option<Instant> {
        self.cookie.as_ref().map(|cookie| cookie.given)
    }

    /// All cookies that it ever had.
    pub(crate) fn cookies(&self) -> Vec<String> {
        let current = self.cookie.iter().map(|cookie| cookie.value.clone());
        self.replaced.iter().cloned().chain(current).collect()
    }
}
