//! The model: what the store holds, what the browsers hold, and what each step makes of it.

use crate::faults::Calls;
use crate::met::Met;
use crate::request::{Came, Draft, UnderWay};
use crate::schedule::{BROWSERS, Request};
use crate::shop::{Change, User};
use crate::stored::{Changed, IDLE, PATIENCE, Stored, Token};

/// How long the store may take to answer, in seconds.
const DEADLINE: u64 = 2;

#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Seconds.
    pub(crate) now: u64,
    pub(crate) calls: Calls,
    /// Every session that was ever stored; none in place of one that was removed.
    pub(crate) sessions: Vec<Option<Stored>>,
    pub(crate) browsers: [Option<Token>; BROWSERS],
    pub(crate) under_way: Vec<UnderWay>,
    /// When a user was last logged out everywhere.
    revoked: Vec<(User, u64)>,
    pub(crate) met: Met,
    secrets: u32,
}

/// What a client is answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// None: the handler panicked.
    pub(crate) status: Option<u16>,
    pub(crate) body: String,
    pub(crate) told: Told,
}

/// What a response says about the cookie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Told {
    Nothing,
    Keep { token: Token, max_age: Option<u64> },
    Remove,
}

/// Why a request or a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Unavailable,
    Ended,
    PrincipalInUpdate,
}

/// What requests do.
impl Model {
    /// A request arrives at its handler, or is refused before.
    pub(crate) fn begin(&mut self, request: &Request) -> Option<Answer> {
        let token = self.browsers[request.browser];
        match self.arrive(token) {
            Ok(came) => {
                let began = self.now;
                self.under_way.push(UnderWay { request: request.clone(), began, came });
                None
            }
            Err(refused) => Some(refused.answer()),
        }
    }

    /// The handler of a request returns; what it did is saved before the response leaves.
    pub(crate) fn end(&mut self, nth: usize) -> Answer {
        let under_way = self.under_way.remove(nth);
        let (browser, came) = (under_way.request.browser, under_way.came.clone());
        let began = under_way.began;
        let (status, body, draft) = under_way.finish();
        match draft.map_or(Ok(Told::Nothing), |draft| self.settle(draft, &came, began)) {
            Err(refused) => refused.answer(),
            Ok(told) => {
                match told {
                    Told::Nothing => {}
                    Told::Keep { token, .. } => self.browsers[browser] = Some(token),
                    Told::Remove => self.browsers[browser] = None,
                }
                Answer { status, body, told }
            }
        }
    }

    fn arrive(&mut self, token: Option<Token>) -> Result<Came, Refused> {
        let Some(token) = token else { return Ok(Came::WithNone) };
        let stored = self.call(|model| model.live(token.session).cloned())?;
        let Some(mut stored) = stored else { return Ok(Came::WithADeadOne) };
        if stored.secret != token.secret {
            if stored.was_proven_by(token.secret, self.now) {
                return Ok(Came::Late);
            }
            if stored.was_given_up(token.secret) {
                self.met.thefts += 1;
                self.call(|model| model.remove(token.session))?;
            }
            return Ok(Came::WithADeadOne);
        }
        if self.now - stored.seen >= IDLE / 10 {
            if !stored.is_unseen() {
                stored.touch(self.now);
                self.call(|model| model.sessions[token.session] = Some(stored.clone()))?;
            } else if self.note_seen(token, stored.clone())? {
                stored.touch(self.now);
            } else {
                return Ok(Came::Late);
            }
        }
        Ok(Came::With(token, stored))
    }

    /// Whether the secret was still good when it was noted that the browser has shown it.
    fn note_seen(&mut self, token: Token, mut theirs: Stored) -> Result<bool, Refused> {
        while theirs.secret == token.secret {
            let mut next = theirs.clone();
            next.superseded = true;
            next.revision += 1;
            next.touch(self.now);
            match self.update(token.session, &mut theirs, &next, None) {
                Ok(true) => return Ok(true),
                Ok(false) if !theirs.is_unseen() => return Ok(theirs.secret == token.secret),
                Ok(false) => {}
                Err(Refused::Ended) => return Ok(false),
                Err(refused) => return Err(refused),
            }
        }
        Ok(false)
    }

    fn settle(&mut self, draft: Draft, came: &Came, began: u64) -> Result<Told, Refused> {
        if draft.asks_for_something() && matches!(came, Came::Late) {
            return Err(Refused::Ended);
        }
        if let Some(session) = draft.ended {
            self.call(|model| model.remove(session))?;
        }
        match draft.bearer {
            Some((token, ref stored)) => self.change(token, stored.clone(), &draft, began),
            None if draft.is_changed() => self.create(draft, began),
            None if draft.destroyed && !matches!(came, Came::WithNone) => Ok(Told::Remove),
            None => Ok(Told::Nothing),
        }
    }

    fn create(&mut self, draft: Draft, began: u64) -> Result<Told, Refused> {
        if self.now - began > PATIENCE && draft.state.user.is_some() {
            return Err(Refused::Ended);
        }
        let secret = self.draw();
        let stored = Stored::new(secret, draft.state, draft.persistent.unwrap_or(false), self.now);
        let max_age = stored.persistent.then(|| stored.absolute - self.now);
        let token = Token { session: self.sessions.len(), secret };
        let admitted = self.call(|model| {
            let admitted = !model.is_too_late(stored.shop.user, began);
            model.sessions.extend(admitted.then_some(Some(stored)));
            admitted
        })?;
        if admitted { Ok(Told::Keep { token, max_age }) } else { Err(Refused::Ended) }
    }

    fn change(
        &mut self,
        token: Token,
        mut theirs: Stored,
        draft: &Draft,
        began: u64,
    ) -> Result<Told, Refused> {
        let change = Changed {
            base: &draft.base,
            mine: &draft.state,
            rotate: draft.rotate,
            persistent: draft.persistent,
            is_request: true,
        };
        loop {
            if theirs.secret != token.secret {
                return Err(Refused::Ended);
            }
            let next = theirs.changed(&change, self.draw(), self.now);
            let logs_in = next.shop.user.filter(|_| next.shop.user != theirs.shop.user);
            if logs_in.is_some() && self.now - began > PATIENCE {
                return Err(Refused::Ended);
            }
            let terms = logs_in.map(|user| (user, began));
            if next != theirs && !self.update(token.session, &mut theirs, &next, terms)? {
                continue;
            }
            let max_age = next.persistent.then(|| next.absolute.saturating_sub(self.now));
            let told = Told::Keep { token: Token { secret: next.secret, ..token }, max_age };
            let is_news = next.secret != token.secret || next.persistent != theirs.persistent;
            return Ok(if is_news { told } else { Told::Nothing });
        }
    }
}

/// What is done outside of requests.
impl Model {
    pub(crate) fn update_outside(
        &mut self,
        session: usize,
        change: &Change,
    ) -> Result<i64, Refused> {
        let theirs = self.call(|model| model.live(session).cloned())?;
        let mut theirs = theirs.ok_or(Refused::Ended)?;
        let mut mine = theirs.shop.clone();
        change.perform(&mut mine);
        if mine.user != theirs.shop.user {
            return Err(Refused::PrincipalInUpdate);
        }
        let change = Changed {
            base: &theirs.shop,
            mine: &mine,
            rotate: false,
            persistent: None,
            is_request: false,
        };
        let next = theirs.changed(&change, self.draw(), self.now);
        if next != theirs {
            self.update(session, &mut theirs, &next, None)?;
        }
        Ok(mine.visits)
    }

    pub(crate) fn revoke(&mut self, session: usize) -> Result<bool, Refused> {
        self.call(|model| model.remove(session))
    }

    pub(crate) fn revoke_all(&mut self, user: User) -> Result<u64, Refused> {
        self.call(|model| {
            model.revoked.push((user, model.now));
            let theirs = |stored: &Option<Stored>| {
                stored.as_ref().is_some_and(|stored| stored.shop.user == Some(user))
            };
            let sessions: Vec<usize> =
                (0..model.sessions.len()).filter(|nth| theirs(&model.sessions[*nth])).collect();
            sessions.into_iter().map(|session| u64::from(model.remove(session))).sum()
        })
    }

    pub(crate) fn list(&mut self, user: User) -> Result<Vec<usize>, Refused> {
        self.call(|model| {
            let theirs = |session: &usize| {
                model.live(*session).is_some_and(|stored| stored.shop.user == Some(user))
            };
            (0..model.sessions.len()).filter(theirs).collect()
        })
    }

    pub(crate) fn clean(&mut self) -> Result<u64, Refused> {
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
    pub(crate) fn live(&self, session: usize) -> Option<&Stored> {
        self.sessions.get(session)?.as_ref().filter(|stored| self.now < stored.expires)
    }

    fn call<R>(&mut self, effect: impl FnOnce(&mut Self) -> R) -> Result<R, Refused> {
        match self.calls.next() {
            None => Ok(effect(self)),
            Some(fault) => {
                if !fault.prevents_the_effect() {
                    effect(self);
                }
                if fault.hangs() {
                    self.now += DEADLINE;
                }
                Err(Refused::Unavailable)
            }
        }
    }

    /// Whether somebody's sessions were all ended after a log-in began.
    fn is_too_late(&self, user: Option<User>, began: u64) -> bool {
        self.revoked.iter().any(|(revoked, at)| Some(*revoked) == user && began < *at)
    }

    /// Whether `next` was saved: it was not if others have made `theirs` of the session. A log-in
    /// that came too late is refused.
    fn update(
        &mut self,
        session: usize,
        theirs: &mut Stored,
        next: &Stored,
        log_in: Option<(User, u64)>,
    ) -> Result<bool, Refused> {
        let revision = theirs.revision;
        let now = self.call(|model| {
            let now = model.live(session)?.clone();
            if now.revision == revision {
                if log_in.is_some_and(|(user, began)| model.is_too_late(Some(user), began)) {
                    return None;
                }
                model.sessions[session] = Some(next.clone());
            }
            Some(now)
        })?;
        let now = now.ok_or(Refused::Ended)?;
        let saved = now.revision == revision;
        if !saved {
            self.met.conflicts += 1;
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

impl Refused {
    fn answer(self) -> Answer {
        let (status, body) = match self {
            Self::Unavailable => (503, "the session is unavailable\n"),
            Self::Ended => (401, "the session is over\n"),
            Self::PrincipalInUpdate => unreachable!("no request is refused for this"),
        };
        Answer { status: Some(status), body: body.to_owned(), told: Told::Nothing }
    }
}
