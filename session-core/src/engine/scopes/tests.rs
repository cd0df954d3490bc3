use std::sync::Arc;

use super::*;

fn handed() -> Handed<()> {
    Handed::of(&WorkingCopy::new(Arc::new(())), None, 0)
}

/// Scopes, and one that writes and lends.
fn lending() -> (Scopes<()>, ScopeId) {
    let mut scopes = Scopes::default();
    let outer = opened(&mut scopes, None, Opening::Write);
    scopes.begin(outer);
    scopes.lend(outer);
    (scopes, outer)
}

fn opened(scopes: &mut Scopes<()>, under: Option<ScopeId>, opening: Opening) -> ScopeId {
    assert_eq!(scopes.admit(under, opening), Admission::Free(under));
    scopes.open(under, opening, handed)
}

#[test]
fn what_is_opened_in_a_lender_that_was_cut_off_is_refused() {
    let (mut scopes, outer) = lending();
    let inner = opened(&mut scopes, Some(outer), Opening::Write);
    scopes.begin(inner);
    scopes.lend(inner);
    assert_eq!(scopes.admit(Some(inner), Opening::Read), Admission::Free(Some(inner)));
    scopes.take_back(outer);
    assert!(!scopes.is_attached(inner) && scopes.is_open(Some(inner)));
    assert_eq!(scopes.admit(Some(inner), Opening::Read), Admission::Held);
}

#[test]
fn what_is_opened_in_a_reader_that_was_cut_off_is_a_request_of_its_own() {
    let (mut scopes, outer) = lending();
    let reader = opened(&mut scopes, Some(outer), Opening::Read);
    scopes.take_back(outer);
    for opening in [Opening::Look, Opening::Read, Opening::Write] {
        assert_eq!(scopes.admit(Some(reader), opening), Admission::CutOff);
    }
    scopes.lend(outer);
    assert_eq!(scopes.admit(Some(reader), Opening::Read), Admission::CutOff, "nor later");
    assert_eq!(scopes.admit(Some(outer), Opening::Read), Admission::Free(Some(outer)));
}

#[test]
fn of_two_outermost_ones_one_writes_at_a_time() {
    let mut scopes = Scopes::default();
    let first = opened(&mut scopes, None, Opening::Write);
    for opening in [Opening::Look, Opening::Read, Opening::Write] {
        assert_eq!(scopes.admit(None, opening), Admission::Wait);
    }
    assert!(scopes.close(first).is_none(), "there is nothing around it to be handed anything by");
    assert_eq!(scopes.admit(None, Opening::Write), Admission::Free(None));
}

#[test]
fn readers_side_by_side_take_no_turns_and_a_writer_takes_those_of_all_around_it() {
    let mut scopes = Scopes::default();
    let outer = opened(&mut scopes, None, Opening::Read);
    let [one, other] = [(); 2].map(|()| opened(&mut scopes, Some(outer), Opening::Read));
    let writer = opened(&mut scopes, Some(one), Opening::Write);
    assert_eq!(scopes.admit(Some(other), Opening::Read), Admission::Wait);
    assert_eq!(scopes.admit(None, Opening::Read), Admission::Wait);
    assert!(scopes.close(writer).is_some(), "it was handed the session");
    assert_eq!(scopes.admit(Some(one), Opening::Write), Admission::Free(Some(one)));
    assert_eq!(scopes.admit(Some(other), Opening::Read), Admission::Wait, "until `one` has ended");
    assert!(scopes.close(one).is_some(), "so was the reader around it");
    assert_eq!(scopes.admit(Some(other), Opening::Write), Admission::Free(Some(other)));
}

#[test]
fn a_body_that_has_begun_holds_and_only_its_own_extractors_came_before() {
    let mut scopes = Scopes::default();
    let writer = opened(&mut scopes, None, Opening::Write);
    assert_eq!(scopes.admit(Some(writer), Opening::Look), Admission::Free(Some(writer)));
    assert_eq!(scopes.admit(Some(writer), Opening::Read), Admission::Twice);
    scopes.begin(writer);
    assert_eq!(scopes.admit(Some(writer), Opening::Look), Admission::Held);
    scopes.lend(writer);
    scopes.begin(writer);
    assert_eq!(scopes.admit(Some(writer), Opening::Write), Admission::Free(Some(writer)));
    scopes.take_back(writer);
    assert_eq!(scopes.admit(Some(writer), Opening::Write), Admission::Held);
}

#[test]
fn a_loan_is_not_the_next_one() {
    let (mut scopes, outer) = lending();
    let first = opened(&mut scopes, Some(outer), Opening::Write);
    scopes.take_back(outer);
    scopes.lend(outer);
    assert!(!scopes.is_attached(first), "it was lent to by the loan before");
    let second = opened(&mut scopes, Some(outer), Opening::Write);
    assert!(scopes.is_attached(second));
    // What is left of the first takes nothing from the second.
    drop(scopes.close(first));
    assert_eq!(scopes.admit(Some(outer), Opening::Write), Admission::Wait);
    drop(scopes.close(second));
    assert!(scopes.is_over(second) && !scopes.is_over(outer));
}
