//! The model of one request, from its handler's first line to what is to be saved.

use super::schedule::{Guard, Outcome, Request};
use super::session::{Edit, Shop};
use super::stored_session::{StoredSession, Token, merge};

/// A request whose handler runs.
#[derive(Debug)]
pub(crate) struct OpenRequest {
    pub(crate) request: Request,
    /// When it came in.
    pub(crate) began: u64,
    pub(crate) cookie: CookieState,
}

/// The cookie that a request came with.
#[derive(Clone, Debug)]
pub(crate) enum CookieState {
    None,
    Dead,
    /// It was replaced while the request was on its way.
    Replaced,
    Live(Token, StoredSession),
}

/// What a request has made of its session.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) session: Option<(Token, StoredSession)>,
    pub(crate) ended: Option<usize>,
    pub(crate) destroyed: bool,
    pub(crate) base: Shop,
    pub(crate) state: Shop,
    pub(crate) rotate: bool,
    pub(crate) persistent: Option<bool>,
}

/// What one handler, or one middleware, has made of it.
struct Copy {
    base: Shop,
    mine: Shop,
    destroyed: bool,
    rotate: bool,
    persistent: Option<bool>,
}

impl OpenRequest {
    /// The handler returns: its status (none if it panicked), the state that it was given, and
    /// what is to be saved, if anything is.
    pub(crate) fn finish(self) -> (Option<u16>, String, Option<Draft>) {
        let session = match self.cookie {
            CookieState::Live(token, stored) => Some((token, stored)),
            CookieState::None | CookieState::Dead | CookieState::Replaced => None,
        };
        let loaded = session.as_ref().map(|(_, stored)| stored.shop.clone()).unwrap_or_default();
        let body = format!("{loaded:?}");
        let (Outcome::Answers(status) | Outcome::Fails(status)) = self.request.outcome else {
            return (None, body, None);
        };
        let mut draft = Draft {
            session,
            ended: None,
            destroyed: false,
            base: loaded.clone(),
            state: loaded.clone(),
            rotate: false,
            persistent: None,
        };
        let mine = Copy::of(&loaded, &self.request.edits);
        match &self.request.guard {
            Guard::Reads => (Some(status), body, None),
            Guard::Writes if status >= 500 => (Some(status), body, None),
            Guard::Writes | Guard::WritesWhateverItAnswers => {
                draft.take(&mine);
                (Some(status), body, Some(draft))
            }
            Guard::Nested { around, shields, always } => {
                let inner_commits = status < 500 || *always;
                if inner_commits {
                    draft.take(&mine);
                }
                let status = if *shields && status >= 500 { 200 } else { status };
                if status < 500 {
                    draft.take(&Copy::of(&loaded, around));
                }
                (Some(status), body, (status < 500 || inner_commits).then_some(draft))
            }
        }
    }
}

impl Draft {
    pub(crate) fn is_changed(&self) -> bool {
        self.state != self.base
    }

    /// Whether there is anything to be saved or told.
    pub(crate) fn asks_for_something(&self) -> bool {
        self.is_changed() || self.destroyed || self.rotate || self.persistent.is_some()
    }

    /// Takes over what a guard has made of the session. What began before a destruction and did
    /// not see it dies with the session.
    fn take(&mut self, copy: &Copy) {
        if copy.destroyed {
            self.ended = self.ended.or(self.session.take().map(|(token, _)| token.session));
            self.destroyed = true;
            (self.base, self.state) = (Shop::default(), Shop::default());
            (self.rotate, self.persistent) = (false, None);
        } else if self.destroyed {
            return;
        }
        self.state = merge(&copy.base, &copy.mine, &self.state);
        self.rotate |= copy.rotate;
        self.persistent = copy.persistent.or(self.persistent);
    }
}

impl Copy {
    fn of(loaded: &Shop, edits: &[Edit]) -> Self {
        let (base, mine) = (loaded.clone(), loaded.clone());
        let mut copy = Self { base, mine, destroyed: false, rotate: false, persistent: None };
        for edit in edits {
            match edit {
                Edit::Change(change) => change.perform(&mut copy.mine),
                Edit::Rotate => copy.rotate = true,
                Edit::Remember(remember) => copy.persistent = Some(*remember),
                Edit::Destroy => {
                    let (base, mine) = (Shop::default(), Shop::default());
                    copy = Self { base, mine, destroyed: true, rotate: false, persistent: None };
                }
            }
        }
        copy
    }
}
