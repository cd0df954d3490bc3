//! The model: what the store holds, what the browsers hold, and what each step makes of it.

use crate::faults::Calls;
use crate::met::Met;
use crate::request::{Came, Draft, UnderWay};
use crate::schedule::{BROWSERS, Request};
use crate::shop::{Change, User};
use crate::stored::{Changed, IDLE, Stored, Token};

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
                self.under_way.push(UnderWay { request: request.clone(), came });
                None
            }
            Err(refused) => Some(refused.answer()),
        }
    }

    /// The handler of a request returns; what it did is saved before the response leaves.
    pub(crate) fn end(&mut self, nth: usize) -> Answer {
        let under_way = self.under_way.remove(nth);
        let (browser, came) = (under_way.request.browser, under_way.came.clone());
        let (status, body, draft) = under_way.finish();
        match draft.map_or(Ok(Told::Nothing), |draft| self.settle(draft, &came)) {
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
            let late = stored.was_proven_by(token.secret, self.now);
            return Ok(if late { Came::Late } else { Came::WithADeadOne });
        }
        if self.now - stored.seen >= IDLE / 10 {
            stored.touch(self.now);
            self.call(|model| model.sessions[token.session] = Some(stored.clone()))?;
        }
        Ok(Came::With(token, stored))
    }

    fn settle(&mut self, draft: Draft, came: &Came) -> Result<Told, Refused> {
        if draft.asks_for_something() && matches!(came, Came::Late) {
            return Err(Refused::Ended);
        }
        if let Some(session) = draft.ended {
            self.call(|model| model.remove(session))?;
        }
        match draft.bearer {
            Some((token, ref stored)) => self.change(token, stored.clone(), &draft),
            None if draft.is_changed() => self.create(draft),
            None if draft.destroyed && !matches!(came, Came::WithNone) => Ok(Told::Remove),
            None => Ok(Told::Nothing),
        }
    }

    fn create(&mut self, draft: Draft) -> Result<Told, Refused> {
        let secret = self.draw();
        let stored = Stored::new(secret, draft.state, draft.persistent.unwrap_or(false), self.now);
        let max_age = stored.persistent.then(|| stored.absolute - self.now);
        let token = Token { session: self.sessions.len(), secret };
        self.call(|model| model.sessions.push(Some(stored)))?;
        Ok(Told::Keep { token, max_age })
    }

    fn change(&mut self, token: Token, mut theirs: Stored, draft: &Draft) -> Result<Told, Refused> {
        let change = Changed {
            base: &draft.base,
            mine: &draft.state,
            rotate: draft.rotate,
            persistent: draft.persistent,
        };
        loop {
            if theirs.secret != token.secret {
                return Err(Refused::Ended);
            }
            let next = theirs.changed(&change, self.draw(), self.now);
            if next != theirs && !self.update(token.session, &mut theirs, &next)? {
                continue;
            }
            let max_age = next.persistent.then(|| next.absolute - self.now);
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
        let change = Changed { base: &theirs.shop, mine: &mine, rotate: false, persistent: None };
        let next = theirs.changed(&change, self.draw(), self.now);
        if next != theirs {
            self.update(session, &mut theirs, &next)?;
        }
        Ok(mine.visits)
    }

    pub(crate) fn revoke(&mut self, session: usize) -> Result<bool, Refused> {
        self.call(|model| model.remove(session))
    }

    pub(crate) fn revoke_all(&mut self, user: User) -> Result<u64, Refused> {
        self.call(|model| {
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

    /// Whether `next` was saved: it was not if others have made `theirs` of the session.
    fn update(
        &mut self,
        session: usize,
        theirs: &mut Stored,
        next: &Stored,
    ) -> Result<bool, Refused> {
        let revision = theirs.revision;
        let now = self.call(|model| {
            let now = model.live(session)?.clone();
            if now.revision == revision {
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
