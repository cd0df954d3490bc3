//! A request under way in the model: what its cookies proved, and what its functions have made of its
//! sessions so far.

use super::function::{Access, Function, Request};
use super::session::{Edit, KINDS, Kind, PerKind, State, User};
use super::stored_session::{IDLE, SecretEdit, StoredSession, Token, carried};

/// How long the store may take to answer, in seconds.
pub(crate) const DEADLINE: u64 = 2;

/// Why a request or a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unavailable,
    Ended,
    /// A function around it has the session, and does not lend it.
    Held,
    /// A function beside it has the session, and is not done with it in time.
    Busy,
    PrincipalInUpdate,
}

/// A request under way.
#[derive(Clone, Debug)]
pub(crate) struct OpenRequest {
    pub(crate) request: Request,
    pub(super) tokens: PerKind<Option<Token>>,
    /// What the tokens proved, once a function has asked.
    pub(super) loaded: PerKind<Option<Result<LoadedSession, Refusal>>>,
    /// The sessions that a function has, as they are at the moment.
    pub(super) drafts: PerKind<Option<Draft>>,
    /// Those that a function keeps from those inside of it.
    pub(super) held: PerKind<bool>,
    /// What each function saw, in that order.
    pub(crate) seen: Vec<String>,
}

/// What a cookie proved.
#[derive(Clone, Debug)]
pub(crate) struct LoadedSession {
    pub(crate) cookie: CookieState,
    /// When that was asked.
    pub(crate) began: u64,
    /// Whether a use of it is to be noted, since a tenth of its idle limit was gone.
    pub(crate) renews: bool,
}

/// The cookie that a request came with.
#[derive(Clone, Debug)]
pub(crate) enum CookieState {
    None,
    Dead,
    /// It was replaced while the request was on its way.
    Replaced(Token),
    Live(Token, StoredSession),
}

/// What a request has made of a session so far.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    pub(crate) destroyed: bool,
    pub(crate) base: State,
    pub(crate) state: State,
    pub(crate) secret: SecretEdit,
    pub(crate) handed_over: bool,
    pub(crate) persistent: Option<bool>,
}

/// What is saved of each session whatever is answered.
pub(super) type Kept = PerKind<Option<Draft>>;

impl OpenRequest {
    pub(crate) fn new(request: &Request, tokens: PerKind<Option<Token>>) -> Self {
        Self {
            request: request.clone(),
            tokens,
            loaded: Default::default(),
            drafts: Default::default(),
            held: [false; 2],
            seen: Vec::new(),
        }
    }
}

impl OpenRequest {
    /// Whoever reads has its session as it was handed to it.
    pub(super) fn look(&mut self, function: &Function, handed: &PerKind<Option<Draft>>) {
        for kind in KINDS {
            let draft = match function.takes.access(kind) {
                None => continue,
                Some(Access::Reads) => &handed[kind as usize],
                Some(Access::Writes) => &self.drafts[kind as usize],
            };
            let state = &draft.as_ref().expect("it is open").state;
            self.seen.push(format!("{kind:?} {state:?}"));
        }
    }

    pub(super) fn perform(&mut self, function: &Function, edits: &[(Kind, Edit)]) {
        for (kind, edit) in edits {
            if function.takes.access(*kind) == Some(Access::Writes) {
                self.drafts[*kind as usize].as_mut().expect("it is open").perform(edit);
            }
        }
    }
}

impl CookieState {
    /// Whether so much of the idle limit is gone that a use is noted.
    pub(super) fn is_aged(&self, now: u64) -> bool {
        matches!(self, Self::Live(_, stored) if now - stored.seen >= IDLE / 10)
    }

    pub(super) fn state(&self) -> State {
        match self {
            Self::Live(_, stored) => stored.state.clone(),
            Self::None | Self::Dead | Self::Replaced(_) => State::default(),
        }
    }
}

impl Draft {
    pub(super) fn of(base: State) -> Self {
        let state = base.clone();
        Self {
            destroyed: false,
            base,
            state,
            secret: SecretEdit::Keep,
            handed_over: false,
            persistent: None,
        }
    }

    pub(super) fn perform(&mut self, edit: &Edit) {
        match edit {
            Edit::Change(change) => change.perform(&mut self.state),
            Edit::Rotate => self.secret = self.secret.max(SecretEdit::Rotate),
            Edit::Remember(remember) => self.persistent = Some(*remember),
            Edit::LogIn(user) => {
                if self.state.user.is_some_and(|former| former != *user) {
                    (self.base, self.state) = (carried(&self.base), carried(&self.state));
                    self.handed_over = true;
                }
                self.state.user = Some(*user);
                self.secret = SecretEdit::LogIn;
            }
            Edit::Destroy => *self = Self { destroyed: true, ..Self::of(State::default()) },
        }
    }

    /// Whom it logs in.
    pub(crate) fn logged_in(&self) -> Option<User> {
        self.state
            .user
            .filter(|user| self.secret == SecretEdit::LogIn || self.base.user != Some(*user))
    }

    pub(crate) fn is_changed(&self) -> bool {
        self.state != self.base
    }

    /// Whether there is anything to be saved or told.
    pub(crate) fn asks_for_something(&self) -> bool {
        self.is_changed()
            || self.destroyed
            || self.secret > SecretEdit::Keep
            || self.persistent.is_some()
    }
}
