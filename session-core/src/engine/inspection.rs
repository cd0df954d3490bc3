//! What an engine's store says of live sessions.

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::time::Timestamp;
use crate::crypto::token::Handle;
use crate::engine::backend::Backend;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::live::{Answer, Asked, Finding, Keeper, Owner, Person, Seen};
use crate::engine::sealed_cookie::Copies;
use crate::engine::together::together;
use crate::state::session_state::SessionState;
use crate::store::{Endings, Liveness, StoreError};

/// How many sealed cookies a store is asked for at once.
const AT_ONCE: usize = 32;

impl<T: SessionState> Keeper for Engine<T> {
    fn inspect(self: Arc<Self>, asked: Vec<Asked>) -> Answer<Vec<Finding>> {
        Box::pin(async move {
            match self.backend {
                Backend::Store => self.inspect_stored(asked).await,
                Backend::Cookie(_) => self.inspect_sealed(asked).await,
            }
        })
    }

    fn endings(self: Arc<Self>) -> Answer<Result<Option<Endings>, StoreError>> {
        Box::pin(async move { self.store.endings().await })
    }

    fn touch(self: Arc<Self>, handle: Handle) -> Answer<Result<Option<Duration>, Error>> {
        Box::pin(async move {
            self.backend.require_store()?;
            let Some(stored) = self.load(handle).await? else { return Ok(None) };
            let limits = stored.limits(self.policy.lifetime);
            let times = stored.record.times;
            let pause = limits.renewal().saturating_sub(times.now.since(times.seen));
            if !pause.is_zero() {
                return Ok(Some(pause));
            }
            Ok(self.note_use(handle, limits.idle).await?.then(|| limits.renewal()))
        })
    }

    fn named_time(&self) -> Option<Timestamp> {
        self.store.named_time()
    }

    fn knows_of_others(&self) -> bool {
        match &self.backend {
            Backend::Store => true,
            Backend::Cookie(sealed_cookie) => sealed_cookie.copies == Copies::Revoked,
        }
    }
}

impl<T: SessionState> Engine<T> {
    async fn inspect_stored(&self, asked: Vec<Asked>) -> Vec<Finding> {
        let handles: Vec<Handle> = asked.iter().map(|Asked { handle, .. }| *handle).collect();
        let Ok(alive) = self.store.alive(&handles).await else {
            return vec![Finding::Unanswered; asked.len()];
        };
        let mut findings = Vec::with_capacity(asked.len());
        for (asked, liveness) in asked.into_iter().zip(alive) {
            findings.push(match liveness {
                Some(liveness) => self.inspect_owner(asked, liveness).await,
                None => Finding::Gone { expired: self.has_passed(asked.ends) },
            });
        }
        findings
    }

    /// Whose this session is: that is loaded only if the store spells it in another way than before.
    async fn inspect_owner(&self, asked: Asked, liveness: Liveness) -> Finding {
        let Liveness { principal: spelled, now, expires, .. } = liveness;
        let person = match (&spelled, asked.owner) {
            (None, _) => Person::Nobody,
            (Some(_), Some(owner)) if owner.spelled == spelled => owner.person,
            (Some(_), _) => match self.load(asked.handle).await {
                Ok(Some(stored)) => Person::of_stored(&stored),
                Ok(None) => return Finding::Gone { expired: false },
                Err(Error::Store(_)) => return Finding::Unanswered,
                Err(error) => {
                    let (handle, error) = (asked.handle, &error as &dyn std::error::Error);
                    tracing::error!(target: "session", %handle, error, "a live session cannot be read");
                    Person::Unreadable
                }
            },
        };
        let owner = Some(Owner { spelled, person });
        Finding::Alive(Seen { owner, ends: expires, left: expires.since(now) })
    }

    /// Of sealed cookies the store has those that were ended.
    async fn inspect_sealed(&self, asked: Vec<Asked>) -> Vec<Finding> {
        let mut findings = Vec::with_capacity(asked.len());
        for some in asked.chunks(AT_ONCE) {
            findings.extend(together(some.iter().map(|asked| self.inspect_cookie(asked))).await);
        }
        findings
    }

    async fn inspect_cookie(&self, asked: &Asked) -> Finding {
        let Ok(ended) = self.store.load(asked.handle).await else { return Finding::Unanswered };
        if ended.is_some() {
            return Finding::Gone { expired: false };
        }
        match asked.ends {
            Some(ends) if !self.has_passed(Some(ends)) => {
                let left = ends.since(self.store.current_time());
                Finding::Alive(Seen { owner: None, ends, left })
            }
            _ => Finding::Gone { expired: true },
        }
    }

    fn has_passed(&self, moment: Option<Timestamp>) -> bool {
        moment.is_some_and(|moment| moment <= self.store.current_time())
    }
}
