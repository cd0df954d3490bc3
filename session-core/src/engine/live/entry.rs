//! An entry of the registry: a session with at least one holder.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::keeper::{Owner, Seen};
use super::person::Person;
use super::watched::Watched;
use crate::crypto::time::Timestamp;
use crate::engine::end_reason::EndReason;

/// The least time from one question for a session to the next, where its deadline has passed and the store
/// says that it is alive: clocks differ.
const MIN_LEFT: Duration = Duration::from_millis(100);

/// A session with at least one holder.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) holders: Vec<Arc<Watched>>,
    pub(super) owner: Option<Owner>,
    pub(super) ends: Option<Timestamp>,
    pub(super) deadline: Option<Instant>,
    pub(super) is_urgent: bool,
    /// Why this process is ending it.
    pub(super) ending: Option<EndReason>,
    /// Why it is over, should it be.
    pub(super) suspected: Option<EndReason>,
}

impl Entry {
    /// Whether somebody holds it as this person's.
    pub(super) fn is_of(&self, person: Person) -> bool {
        self.holders.iter().any(|holder| holder.place().person == person)
    }

    /// Why it is over, as far as this process knows.
    pub(super) fn end_reason(&self, expired: bool, now: Instant) -> EndReason {
        let is_overdue = self.deadline.is_some_and(|deadline| deadline <= now);
        match self.ending.or(self.suspected) {
            Some(reason) => reason,
            None if expired || is_overdue => EndReason::Expired,
            None => EndReason::Unknown,
        }
    }

    /// It is over.
    pub(super) fn end(self, reason: EndReason) {
        for holder in self.holders {
            holder.end_with(reason);
        }
    }

    /// It is alive. Answers the holders for whom it is over all the same.
    pub(super) fn see(&mut self, seen: Seen, now: Instant) -> Vec<Arc<Watched>> {
        let Seen { owner, ends, left } = seen;
        self.ends = Some(ends);
        self.deadline = Some(now + left.max(MIN_LEFT));
        self.suspected = self.suspected.filter(|_| self.is_urgent);
        // Asked for again meanwhile: whose it is by now, the next answer tells.
        let Some(owner) = owner.filter(|_| !self.is_urgent) else { return Vec::new() };
        let person = owner.person;
        self.owner = Some(owner);
        self.holders.extract_if(.., |holder| !holder.may_be_of(person)).collect()
    }
}
