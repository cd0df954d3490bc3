//! The registry between questions and answers.

use super::super::keeper::{Owner, Seen};
use super::super::registration::Registration;
use super::*;
use crate::session;

#[session]
struct Shop {
    #[session(principal)]
    user: Option<u64>,
}

const HANDLE: Handle = Handle::from_bytes([7; 16]);

fn person(user: u64) -> Person {
    Person::of::<Shop>(Some(&user))
}

fn alive(person: Person) -> Finding {
    let owner = Some(Owner { spelled: None, person });
    let left = Duration::from_hours(1);
    Finding::Alive(Seen { owner, ends: Timestamp::now().plus(left), left })
}

const GONE: Finding = Finding::Gone { expired: false };

/// A session of the first user's, which is being asked for.
fn asked() -> (Arc<Registry>, Registration) {
    let registry = Arc::new(Registry::new(Duration::from_secs(5)));
    let known = Known { handle: HANDLE, person: person(1), owner: None, ends: None };
    let registration = Registration::of(&registry, known);
    assert_eq!(registry.take_urgent(10).len(), 1);
    (registry, registration)
}

fn note(registry: &Registry, finding: Finding) {
    registry.note(HANDLE, finding, Instant::now());
}

#[test]
fn an_answer_to_a_question_from_before_a_hint_does_not_tell_whose_it_is() {
    let (registry, live) = asked();
    // It is made the second user's and back while the answer is on its way.
    registry.hint(HANDLE);
    note(&registry, alive(person(2)));
    assert_eq!(live.watched.end(), None);
    assert_eq!(registry.take_urgent(10).len(), 1, "the hint is not forgotten");
    note(&registry, alive(person(2)));
    assert_eq!(live.watched.end(), Some(EndReason::PrincipalChanged));
}

#[test]
fn one_that_is_gone_is_gone_whenever_it_was_asked_for() {
    let (registry, live) = asked();
    registry.hint(HANDLE);
    note(&registry, GONE);
    assert_eq!(live.watched.end(), Some(EndReason::Unknown));
    assert!(registry.is_empty());
}

#[test]
fn what_this_process_is_ending_has_its_reason_before_it_is_answered() {
    let (registry, live) = asked();
    registry.note_ending(HANDLE, Some(EndReason::Destroyed));
    note(&registry, GONE);
    assert_eq!(live.watched.end(), Some(EndReason::Destroyed));
    // It failed to, and somebody else did.
    let (registry, live) = asked();
    registry.note_ending(HANDLE, Some(EndReason::Destroyed));
    registry.note_ending(HANDLE, None);
    note(&registry, GONE);
    assert_eq!(live.watched.end(), Some(EndReason::Unknown));
}

#[test]
fn who_survives_a_revocation_is_not_suspected_any_more() {
    let (registry, live) = asked();
    registry.suspect(person(1), EndReason::Revoked);
    note(&registry, alive(person(1)));
    assert_eq!(registry.take_urgent(10).len(), 1, "that answer may be from before");
    note(&registry, alive(person(1)));
    registry.hint(HANDLE);
    registry.take_urgent(10);
    note(&registry, GONE);
    assert_eq!(live.watched.end(), Some(EndReason::Unknown));
    let (registry, live) = asked();
    registry.suspect(person(1), EndReason::Revoked);
    note(&registry, alive(person(1)));
    registry.take_urgent(10);
    note(&registry, GONE);
    assert_eq!(live.watched.end(), Some(EndReason::Revoked));
}

#[test]
fn who_leaves_is_not_asked_for() {
    let (registry, live) = asked();
    let known = Known { handle: HANDLE, person: Person::Nobody, owner: None, ends: None };
    let other = Registration::of(&registry, known);
    drop(live);
    assert!(!registry.is_empty());
    drop(other);
    assert!(registry.is_empty());
    registry.hint(HANDLE);
    assert!(registry.take_urgent(10).is_empty());
}
