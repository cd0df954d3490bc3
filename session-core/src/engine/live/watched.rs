//! One live session as its holders wait for its end.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;
use tokio::time::Instant;

use super::person::Person;
use crate::crypto::token::Handle;
use crate::engine::end_reason::EndReason;

/// What is known of one live session, shared by whoever waits for its end.
#[derive(Debug)]
pub(crate) struct Watched {
    end: OnceLock<EndReason>,
    ends: Arc<Notify>,
    place: Mutex<Place>,
}

/// Which session it is, and whose it has to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// None while it is not stored.
    pub(crate) handle: Option<Handle>,
    pub(crate) person: Person,
    /// Whose its own request is making it.
    pub(crate) becoming: Option<Person>,
    /// When the next use is to be noted; none if the next one is.
    pub(crate) next_use: Option<Instant>,
}

impl Watched {
    /// Of a session that is not stored yet.
    pub(crate) fn new() -> Self {
        let place = Place { handle: None, person: Person::Nobody, becoming: None, next_use: None };
        Self { end: OnceLock::new(), ends: Arc::default(), place: Mutex::new(place) }
    }

    pub(crate) fn end(&self) -> Option<EndReason> {
        self.end.get().copied()
    }

    /// Wakes whoever waits for its end. The first reason stands.
    pub(crate) fn end_with(&self, reason: EndReason) {
        if self.end.set(reason).is_ok() {
            self.ends.notify_waiters();
        }
    }

    /// Wakes whoever waits for its end, to see to it that somebody watches.
    pub(crate) fn wake(&self) {
        self.ends.notify_waiters();
    }

    /// Is ready when it ends; enabled, it misses nothing.
    pub(crate) fn notified(&self) -> OwnedNotified {
        Arc::clone(&self.ends).notified_owned()
    }

    pub(crate) fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session is seen to be this person's, and whether it may go on: from nobody to somebody it may.
    pub(crate) fn may_be_of(&self, seen: Person) -> bool {
        let mut place = self.place();
        let goes_on =
            place.person == seen || place.person == Person::Nobody || place.becoming == Some(seen);
        if goes_on {
            place.person = seen;
        }
        goes_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session;

    #[session]
    struct Shop {
        #[session(principal)]
        user: Option<u64>,
    }

    fn person(user: u64) -> Person {
        Person::of::<Shop>(Some(&user))
    }

    #[test]
    fn it_goes_on_from_nobody_to_somebody_and_no_further() {
        let watched = Watched::new();
        assert!(watched.may_be_of(Person::Nobody));
        assert!(watched.may_be_of(person(1)));
        assert!(watched.may_be_of(person(1)));
        assert!(!watched.may_be_of(person(2)));
        assert!(!watched.may_be_of(Person::Nobody));
        assert!(!watched.may_be_of(Person::Unreadable));
    }

    #[test]
    fn its_own_request_may_make_it_anothers() {
        let watched = Watched::new();
        watched.place().person = person(1);
        watched.place().becoming = Some(person(2));
        assert!(watched.may_be_of(person(1)));
        assert!(watched.may_be_of(person(2)));
        assert!(!watched.may_be_of(person(1)));
    }

    #[test]
    fn the_first_reason_stands() {
        let watched = Watched::new();
        watched.end_with(EndReason::Revoked);
        watched.end_with(EndReason::Unknown);
        assert_eq!(watched.end(), Some(EndReason::Revoked));
    }
}
