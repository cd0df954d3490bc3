//! The model: what the store holds, what the browsers hold, and what each step makes of it.

use super::answer::{Answer, CookieChange};
use super::coverage::Coverage;
use super::faults::Calls;
use super::function::{BROWSERS, Request};
use super::open_request::{CookieState, DEADLINE, Draft, LoadedSession, OpenRequest, Refusal};
use super::session::{Change, Kind, PerKind, User};
use super::stored_session::{Changed, MAX_LOG_IN, SecretEdit, StoredSession, Token, handed_over};

#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Seconds.
    pub(crate) now: u64,
    pub(crate) calls: Calls,
    /// Every session that was ever stored; none in place of one that was removed.
    pub(crate) sessions: Vec<Option<StoredSession>>,
    /// The type of each of them.
    pub(crate) kinds: Vec<Kind>,
    pub(crate) browsers: [PerKind<Option<Token>>; BROWSERS],
    pub(crate) open_requests: Vec<OpenRequest>,
    /// When a user was last logged out everywhere.
    revoked: Vec<(Kind, User, u64)>,
    pub(crate) coverage: Coverage,
    secrets: u32,
}

/// What requests do.
impl Model {
    /// A request arrives at where it pauses, or is answered before.
    pub(crate) fn begin(&mut self, request: &Request) -> Option<(Answer, Vec<String>)> {
        let mut open = OpenRequest::new(request, self.browsers[request.browser]);
        if self.pauses(&mut open) {
            self.open_requests.push(open);
            return None;
        }
        Some(self.answer(open))
    }

    /// A request goes on and is answered; what it did is saved before the response leaves.
    pub(crate) fn end(&mut self, nth: usize) -> (Answer, Vec<String>) {
        let open = self.open_requests.remove(nth);
        self.answer(open)
    }

    fn answer(&mut self, mut open: OpenRequest) -> (Answer, Vec<String>) {
        let answer = self.run(&mut open);
        if answer.status.is_some() {
            let cookies = &mut self.browsers[open.request.browser];
            for (cookie, change) in cookies.iter_mut().zip(&answer.cookies) {
                match change {
                    CookieChange::Unchanged => {}
                    CookieChange::Set { token, .. } => *cookie = Some(*token),
                    CookieChange::Remove => *cookie = None,
                }
            }
        }
        (answer, open.seen)
    }

    pub(crate) fn load(&mut self, token: Option<Token>) -> Result<CookieState, Refusal> {
        let Some(token) = token else { return Ok(CookieState::None) };
        let stored = self.call(|model| model.live(token.session).cloned())?;
        let Some(stored) = stored else { return Ok(CookieState::Dead) };
        if stored.secret != token.secret {
            if stored.was_proven_by(token.secret, self.now) {
                return Ok(CookieState::Replaced(token));
            }
            if stored.was_given_up(token.secret) {
                self.coverage.thefts += 1;
                self.call(|model| model.remove(token.session))?;
            }
            return Ok(CookieState::Dead);
        }
        Ok(CookieState::Live(token, stored))
    }

    /// A request has used its session, whatever it answers: the idle limit starts anew, and it is noted that
    /// the browser has shown the secret. That this fails changes nothing else.
    pub(crate) fn renew(&mut self, loaded: &LoadedSession) {
        let CookieState::Live(token, stored) = &loaded.cookie else { return };
        if !loaded.renews {
            return;
        }
        if !stored.is_unseen() {
            let touch = |model: &mut Self| {
                if model.live(token.session).is_some() {
                    let now = model.now;
                    model.sessions[token.session].as_mut().expect("it is live").touch(now);
                }
            };
            _ = self.call(touch);
            return;
        }
        let mut theirs = stored.clone();
        while theirs.secret == token.secret {
            let mut next = theirs.clone();
            next.superseded |= next.retired.is_some();
            next.revision += 1;
            next.touch(self.now);
            if !matches!(self.update(token.session, &mut theirs, &next, None), Ok(false)) {
                return;
            }
        }
    }

    pub(crate) fn save(
        &mut self,
        kind: Kind,
        draft: Draft,
        loaded: &LoadedSession,
    ) -> Result<CookieChange, Refusal> {
        let LoadedSession { cookie, began, renews } = loaded;
        match cookie {
            CookieState::Replaced(token) if draft.asks_for_something() => {
                return self.log_in_late(kind, *token, draft, *began);
            }
            CookieState::Live(..) if !draft.asks_for_something() => {
                self.renew(loaded);
                return Ok(CookieChange::Unchanged);
            }
            CookieState::Live(token, stored) if !draft.destroyed => {
                return match self.change(*token, stored.clone(), &draft, *began, *renews) {
                    Err(Refusal::Ended) => self.log_in_late(kind, *token, draft, *began),
                    changed => changed,
                };
            }
            CookieState::Live(token, _) => _ = self.call(|model| model.remove(token.session))?,
            _ => {}
        }
        if draft.is_changed() {
            self.create(kind, draft, *began)
        } else if draft.destroyed && !matches!(cookie, CookieState::None) {
            Ok(CookieChange::Remove)
        } else {
            Ok(CookieChange::Unchanged)
        }
    }

    /// A log-in whose secret was replaced meanwhile begins a session of its own.
    fn log_in_late(
        &mut self,
        kind: Kind,
        token: Token,
        mut draft: Draft,
        began: u64,
    ) -> Result<CookieChange, Refusal> {
        let user = draft.logged_in().ok_or(Refusal::Ended)?;
        let stored = self.call(|model| model.live(token.session).cloned())?;
        let lets = |stored: StoredSession| stored.lets_log_in_late(token.secret, user);
        if !stored.is_some_and(lets) {
            return Err(Refusal::Ended);
        }
        if draft.base.user.is_some_and(|former| former != user) {
            draft.state = handed_over(&draft.base, &draft.state, &draft.base);
        }
        self.coverage.late_log_ins += 1;
        self.create(kind, draft, began)
    }

    fn create(&mut self, kind: Kind, draft: Draft, began: u64) -> Result<CookieChange, Refusal> {
        if self.now - began > MAX_LOG_IN && draft.state.user.is_some() {
            return Err(Refusal::Ended);
        }
        let secret = self.draw();
        let stored =
            StoredSession::new(secret, draft.state, draft.persistent.unwrap_or(false), self.now);
        let max_age = stored.persistent.then(|| stored.absolute - self.now);
        let token = Token { session: self.sessions.len(), secret };
        let admitted = self.call(|model| {
            let admitted = !model.is_too_late(kind, stored.state.user, began);
            if admitted {
                model.sessions.push(Some(stored));
                model.kinds.push(kind);
            }
            admitted
        })?;
        if admitted { Ok(CookieChange::Set { token, max_age }) } else { Err(Refusal::Ended) }
    }

    fn change(
        &mut self,
        token: Token,
        mut theirs: StoredSession,
        draft: &Draft,
        began: u64,
        renews: bool,
    ) -> Result<CookieChange, Refusal> {
        let change = Changed {
            base: &draft.base,
            mine: &draft.state,
            secret: draft.secret,
            handed_over: draft.handed_over,
            persistent: draft.persistent,
            is_request: true,
        };
        loop {
            if theirs.secret != token.secret {
                return Err(Refusal::Ended);
            }
            let mut next = theirs.changed(&change, self.draw(), self.now);
            if next == theirs && renews {
                next.revision += 1;
                next.touch(self.now);
            }
            let logs_in = next.state.user.filter(|_| {
                draft.secret == SecretEdit::LogIn || next.state.user != theirs.state.user
            });
            if logs_in.is_some() && self.now - began > MAX_LOG_IN {
                return Err(Refusal::Ended);
            }
            let terms = logs_in.map(|user| (user, began));
            if next != theirs && !self.update(token.session, &mut theirs, &next, terms)? {
                continue;
            }
            let max_age = next.persistent.then(|| next.absolute.saturating_sub(self.now));
            let change =
                CookieChange::Set { token: Token { secret: next.secret, ..token }, max_age };
            let is_news = next.secret != token.secret || next.persistent != theirs.persistent;
            return Ok(if is_news { change } else { CookieChange::Unchanged });
        }
    }
}

/// What is done outside of requests.
impl Model {
    pub(crate) fn update_outside(
        &mut self,
        session: usize,
        change: &Change,
    ) -> Result<i64, Refusal> {
        let theirs = self.call(|model| model.live(session).cloned())?;
        let mut theirs = theirs.ok_or(Refusal::Ended)?;
        let mut mine = theirs.state.clone();
        change.perform(&mut mine);
        if mine.user != theirs.state.user {
            return Err(Refusal::PrincipalInUpdate);
        }
        let change = Changed {
            base: &theirs.state,
            mine: &mine,
            secret: SecretEdit::Keep,
            handed_over: false,
            persistent: None,
            is_request: false,
        };
        let next = theirs.changed(&change, self.draw(), self.now);
        if next != theirs {
            self.update(session, &mut theirs, &next, None)?;
        }
        Ok(mine.visits)
    }

    pub(crate) fn revoke(&mut self, session: usize) -> Result<bool, Refusal> {
        self.call(|model| model.remove(session))
    }

    pub(crate) fn revoke_all(&mut self, kind: Kind, user: User) -> Result<u64, Refusal> {
        self.call(|model| {
            model.revoked.push((kind, user, model.now));
            let theirs = |nth: &usize| {
                let stored = model.sessions[*nth].as_ref();
                model.kinds[*nth] == kind
                    && stored.is_some_and(|stored| stored.state.user == Some(user))
            };
            let sessions: Vec<usize> = (0..model.sessions.len()).filter(theirs).collect();
            sessions.into_iter().map(|session| u64::from(model.remove(session))).sum()
        })
    }

    pub(crate) fn list(&mut self, kind: Kind, user: User) -> Result<Vec<usize>, Refusal> {
        self.call(|model| {
            let theirs = |nth: &usize| {
                model.kinds[*nth] == kind
                    && model.live(*nth).is_some_and(|stored| stored.state.user == Some(user))
            };
            (0..model.sessions.len()).filter(theirs).collect()
        })
    }

    pub(crate) fn clean(&mut self) -> Result<u64, Refusal> {
        self.call(|model| {
            let now = model.now;
            let expired = model
                .sessions
                .iter_mut()
                .map(|stored| stored.take_if(|stored| stored.expires <= now));
            expired.flatten().count() as u64
        })
    }
}

/// The store, each call of which a fault may befall.
impl Model {
    pub(crate) fn live(&self, session: usize) -> Option<&StoredSession> {
        self.sessions.get(session)?.as_ref().filter(|stored| self.now < stored.expires)
    }

    fn call<R>(&mut self, effect: impl FnOnce(&mut Self) -> R) -> Result<R, Refusal> {
        match self.calls.next() {
            None => Ok(effect(self)),
            Some(fault) => {
                if !fault.prevents_the_effect() {
                    effect(self);
                }
                if fault.hangs() {
                    self.now += DEADLINE;
                }
                Err(Refusal::Unavailable)
            }
        }
    }

    /// Whether somebody's sessions were all ended after a log-in began.
    fn is_too_late(&self, kind: Kind, user: Option<User>, began: u64) -> bool {
        let is_later = |(of, revoked, at): &(Kind, User, u64)| {
            *of == kind && Some(*revoked) == user && began < *at
        };
        self.revoked.iter().any(is_later)
    }

    /// Whether `next` was saved: it was not if others have made `theirs` of the session. A log-in
    /// that came too late is refused.
    fn update(
        &mut self,
        session: usize,
        theirs: &mut StoredSession,
        next: &StoredSession,
        log_in: Option<(User, u64)>,
    ) -> Result<bool, Refusal> {
        let revision = theirs.revision;
        let now = self.call(|model| {
            let now = model.live(session)?.clone();
            if now.revision == revision {
                if log_in.is_some_and(|(user, began)| {
                    model.is_too_late(model.kinds[session], Some(user), began)
                }) {
                    return None;
                }
                model.sessions[session] = Some(next.clone());
            }
            Some(now)
        })?;
        let now = now.ok_or(Refusal::Ended)?;
        let saved = now.revision == revision;
        if !saved {
            self.coverage.conflicts += 1;
            *theirs = now;
        }
        Ok(saved)
    }

    /// Whether it was there and live.
    fn remove(&mut self, session: usize) -> bool {
        let was_live = self.live(session).is_some();
        self.sessions[session] = None;
        was_live
    }

    fn draw(&mut self) -> u32 {
        self.secrets += 1;
        self.secrets
    }
}

impl Refusal {
    pub(crate) fn answer(self) -> Answer {
        let (status, body) = match self {
            Self::Unavailable | Self::Busy => (503, "the session is unavailable\n"),
            Self::Ended => (401, "the session is over\n"),
            Self::Held => (500, "the session is unavailable\n"),
            Self::PrincipalInUpdate => unreachable!("no request is refused for this"),
        };
        Answer::new(Some(status), body)
    }
}
