//! The live session of a request: of the session that it came in with, or of the one that it has been
//! saved as.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::known::Known;
use super::person::Person;
use super::registration::Registration;
use super::registry::Registry;
use crate::crypto::time::Timestamp;
use crate::crypto::token::Handle;
use crate::engine::end_reason::EndReason;
use crate::engine::stored::Stored;
use crate::state::session_state::SessionState;

/// What a request has given out of its live session.
#[derive(Debug)]
pub(crate) struct OfRequest {
    registry: Arc<Registry>,
    given: Mutex<Given>,
}

#[derive(Debug, Default)]
struct Given {
    /// Of the session that it came in with.
    loaded: Weak<Registration>,
    /// Of the one that it begins.
    begun: Weak<Registration>,
    saved: Saved,
}

/// What has become of a request's session.
#[derive(Debug, Default)]
enum Saved {
    /// Nothing yet, or nothing that makes it another or another's.
    #[default]
    AsLoaded,
    As(Known),
    /// It was to be stored, and nobody knows whether it was.
    Unknown,
}

/// Where a session was stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredAs {
    pub(crate) handle: Handle,
    /// When it ends unless it is used.
    pub(crate) ends: Timestamp,
}

impl OfRequest {
    pub(crate) fn new(registry: &Arc<Registry>) -> Self {
        Self { registry: Arc::clone(registry), given: Mutex::default() }
    }

    /// The live session of a request; `loaded` is what it came in with, unless it has ended that.
    pub(crate) fn give<T: SessionState>(&self, loaded: Option<&Stored<T>>) -> Arc<Registration> {
        let registry = &self.registry;
        let mut given = self.given();
        let Given { loaded: of_loaded, begun, saved } = &mut *given;
        match (saved, loaded) {
            (Saved::As(known), _) => Arc::new(Registration::of(registry, known.clone())),
            (Saved::Unknown, _) => {
                let registration = Registration::new(registry);
                registration.watched.end_with(EndReason::Unknown);
                Arc::new(registration)
            }
            (Saved::AsLoaded, Some(stored)) => {
                or_insert(of_loaded, || Registration::of(registry, Known::of(stored)))
            }
            (Saved::AsLoaded, None) => or_insert(begun, || Registration::new(registry)),
        }
    }

    /// The session is about to be stored; with a person if as another, or as that person's.
    pub(crate) fn begin_saving(&self, person: Option<Person>) -> Saving<'_> {
        if person.is_some()
            && let Some(registration) = self.given().loaded.upgrade()
        {
            registration.watched.place().becoming = person;
        }
        Saving { of_request: self, person }
    }

    fn given(&self) -> MutexGuard<'_, Given> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Given {
    /// Answers who holds what the request came in with, and what it begins.
    fn save(&mut self, saved: Saved) -> [Option<Arc<Registration>>; 2] {
        self.saved = saved;
        [self.loaded.upgrade(), self.begun.upgrade()]
    }
}

fn or_insert(
    slot: &mut Weak<Registration>,
    make: impl FnOnce() -> Registration,
) -> Arc<Registration> {
    slot.upgrade().unwrap_or_else(|| {
        let registration = Arc::new(make());
        *slot = Arc::downgrade(&registration);
        registration
    })
}

/// A save under way. If it makes a session another, or another's, and is dropped before its outcome is known,
/// the live session is over.
#[derive(Debug)]
pub(crate) struct Saving<'a> {
    of_request: &'a OfRequest,
    /// None if there is nothing to save, or nothing any more.
    person: Option<Person>,
}

impl Saving<'_> {
    /// What the request came in with is stored like this, or what takes its place.
    pub(crate) fn went_on(mut self, stored_as: StoredAs) {
        let Some(known) = self.known(stored_as) else { return };
        let holders = self.of_request.given().save(Saved::As(known.clone()));
        // Others may have it as another's.
        self.of_request.registry.hint(known.handle);
        for holder in holders.into_iter().flatten() {
            holder.watch(known.clone());
        }
    }

    /// A session that begins with the request is.
    pub(crate) fn began(mut self, stored_as: StoredAs) {
        let Some(known) = self.known(stored_as) else { return };
        let [_, begun] = self.of_request.given().save(Saved::As(known.clone()));
        if let Some(holder) = begun {
            holder.watch(known);
        }
    }

    /// Nothing was to be stored after all.
    pub(crate) fn came_to_nothing(mut self) {
        self.person = None;
    }

    fn known(&mut self, StoredAs { handle, ends }: StoredAs) -> Option<Known> {
        let person = self.person.take()?;
        Some(Known { handle, person, owner: None, ends: Some(ends) })
    }
}

impl Drop for Saving<'_> {
    fn drop(&mut self) {
        if self.person.is_some() {
            let holders = self.of_request.given().save(Saved::Unknown);
            for holder in holders.into_iter().flatten() {
                holder.watched.end_with(EndReason::Unknown);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;
    use crate::engine::live::{Finding, Owner, Seen};
    use crate::session;

    #[session]
    struct Shop {
        #[session(principal)]
        user: Option<u64>,
    }

    /// The store is asked after it has stored a log-in, and before the request is answered.
    #[test]
    fn its_own_log_in_ends_nothing_whenever_it_is_seen() {
        let [ann, bob] = [1, 2].map(|user| Person::of::<Shop>(Some(&user)));
        let handle = Handle::from_bytes([7; 16]);
        let ends = Timestamp::now();
        let registry = Arc::new(Registry::new(Duration::from_secs(5)));
        let of_request = OfRequest::new(&registry);
        let known = |person| Known { handle, person, owner: None, ends: None };
        let own = Arc::new(Registration::of(&registry, known(ann)));
        let anns = Registration::of(&registry, known(ann));
        of_request.given().loaded = Arc::downgrade(&own);
        let saving = of_request.begin_saving(Some(bob));
        registry.take_urgent(10);
        let owner = Some(Owner { spelled: None, person: bob });
        let seen = Seen { owner, ends, left: Duration::from_secs(9) };
        registry.note(handle, Finding::Alive(seen), Instant::now());
        assert_eq!(own.watched.end(), None);
        assert_eq!(anns.watched.end(), Some(EndReason::PrincipalChanged));
        saving.went_on(StoredAs { handle, ends });
        assert_eq!(own.watched.place().person, bob);
        assert_eq!(own.watched.end(), None);
    }
}
