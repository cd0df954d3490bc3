//! The model of a stored session, and of two changes that meet in it.

use super::session::{State, User};

/// The limits, in seconds: so close that a schedule meets both.
pub(crate) const IDLE: u64 = 3_600;
pub(crate) const ABSOLUTE: u64 = 7_200;
/// How long after its end a secret is known for one that was good: 10 s.
pub(crate) const GRACE: u64 = 10;
/// How long a log-in may take: for an hour, less a minute, stores remember who was logged out
/// everywhere.
pub(crate) const MAX_LOG_IN: u64 = 3_540;

/// A cookie's value: a session and one of its secrets, both by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Token {
    pub(crate) session: usize,
    pub(crate) secret: u32,
}

/// A session in the store; times in seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredSession {
    pub(crate) secret: u32,
    /// The secret before it, and when that ended.
    pub(crate) retired: Option<(u32, u64)>,
    /// Whom it belonged to then.
    pub(crate) former: Option<User>,
    /// Whether the one after it has been seen since, so that whoever shows it is a thief.
    pub(crate) superseded: bool,
    pub(crate) revision: u64,
    pub(crate) state: State,
    pub(crate) persistent: bool,
    pub(crate) created: u64,
    pub(crate) authenticated: Option<u64>,
    pub(crate) seen: u64,
    pub(crate) expires: u64,
    pub(crate) absolute: u64,
}

impl StoredSession {
    pub(crate) fn new(secret: u32, state: State, persistent: bool, now: u64) -> Self {
        let authenticated = state.user.map(|_| now);
        let (expires, absolute) = (now + IDLE, now + ABSOLUTE);
        Self {
            secret,
            retired: None,
            former: None,
            superseded: false,
            revision: 1,
            state,
            persistent,
            created: now,
            authenticated,
            seen: now,
            expires,
            absolute,
        }
    }

    /// Whether a request with this secret was on its way when the secret was replaced.
    pub(crate) fn was_proven_by(&self, secret: u32, now: u64) -> bool {
        self.retired.is_some_and(|(retired, at)| retired == secret && now < at + GRACE)
    }

    /// Whether a log-in as this user goes on that was on its way with this secret.
    pub(crate) fn lets_log_in_late(&self, secret: u32, user: User) -> bool {
        self.retired.is_some_and(|(retired, _)| retired == secret) && self.former != Some(user)
    }

    /// Whether the browser that had this secret has shown the one after it.
    pub(crate) fn was_given_up(&self, secret: u32) -> bool {
        self.superseded && self.retired.is_some_and(|(retired, _)| retired == secret)
    }

    /// Whether it is yet to be noted that the browser has shown the current secret.
    pub(crate) fn is_unseen(&self) -> bool {
        self.retired.is_some() && !self.superseded
    }

    pub(crate) fn touch(&mut self, now: u64) {
        self.seen = now;
        self.expires = self.absolute.min(now + IDLE);
    }

    /// What it becomes when a request, or a closure, made `mine` of `base`; itself if that is
    /// nothing to write. `secret` is the one to be used if it needs a new one.
    pub(crate) fn changed(&self, change: &Changed<'_>, secret: u32, now: u64) -> Self {
        let mut next = self.clone();
        next.state = merge(change.base, change.mine, &self.state);
        if change.handed_over {
            next.state = merge(change.base, change.mine, &carried(&self.state));
        }
        let passed = next.state.user != self.state.user;
        let leaves_somebody = change.handed_over || passed && self.state.user.is_some();
        if leaves_somebody && !change.handed_over {
            next.state = handed_over(change.base, change.mine, &self.state);
        }
        if passed || change.secret >= SecretEdit::Rotate {
            next.secret = secret;
            next.retired = Some((self.secret, now));
            next.former = self.state.user;
            next.superseded = false;
        } else if next.state != self.state && change.is_request && self.is_unseen() {
            next.superseded = true;
        }
        next.persistent = change.persistent.unwrap_or(self.persistent && !leaves_somebody);
        if next == *self {
            return next;
        }
        let logs_in = change.secret == SecretEdit::LogIn;
        if passed || logs_in {
            next.authenticated = next.state.user.map(|_| now);
        }
        if (passed || logs_in) && next.state.user.is_some() {
            next.absolute = now + ABSOLUTE;
        }
        next.revision += 1;
        if change.is_request {
            next.touch(now);
        }
        next
    }
}

/// What a request asks of the secret; of two, the later one in this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SecretEdit {
    Keep,
    Rotate,
    LogIn,
}

/// What is to be done to a session.
pub(crate) struct Changed<'a> {
    pub(crate) base: &'a State,
    pub(crate) mine: &'a State,
    pub(crate) secret: SecretEdit,
    /// A log-in over another user has dropped what was that one's.
    pub(crate) handed_over: bool,
    pub(crate) persistent: Option<bool>,
    /// A closure from elsewhere is no use of the session.
    pub(crate) is_request: bool,
}

/// Field by field: nothing that either has done is lost.
pub(crate) fn merge(base: &State, mine: &State, theirs: &State) -> State {
    let mut cart = without(&theirs.cart, &without(&base.cart, &mine.cart));
    cart.extend(without(&mine.cart, &base.cart));
    State {
        user: if mine.user == base.user { theirs.user } else { mine.user },
        visits: theirs.visits + mine.visits - base.visits,
        cart: if theirs.cart == base.cart { mine.cart.clone() } else { cart },
        seen: &(&theirs.seen - &(&base.seen - &mine.seen)) | &(&mine.seen - &base.seen),
        notice: if mine.notice == base.notice { theirs.notice } else { mine.notice },
        theme: if mine.theme == base.theme { theirs.theme } else { mine.theme },
    }
}

/// What a log-in over another user leaves.
pub(super) fn carried(state: &State) -> State {
    State { theme: state.theme, ..State::default() }
}

/// From one user to another, or to none: what the request set goes along, and the theme.
pub(super) fn handed_over(base: &State, mine: &State, theirs: &State) -> State {
    let merged = merge(base, mine, theirs);
    let set = |set: bool| if set { mine.clone() } else { State::default() };
    State {
        user: mine.user,
        visits: set(mine.visits != base.visits).visits,
        cart: set(mine.cart != base.cart).cart,
        seen: set(mine.seen != base.seen).seen,
        notice: set(mine.notice != base.notice).notice,
        theme: merged.theme,
    }
}

/// A list without these entries, each taken out once.
fn without(list: &[u8], entries: &[u8]) -> Vec<u8> {
    let mut list = list.to_vec();
    for entry in entries {
        if let Some(index) = list.iter().position(|other| other == entry) {
            list.remove(index);
        }
    }
    list
}
