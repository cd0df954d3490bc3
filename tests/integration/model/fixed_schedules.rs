//! Schedules that are seldom drawn, each played on the library and on the model.

use super::function::{Function, Inside, Outcome, Request, Takes};
use super::random_schedules::play;
use super::schedule::{Schedule, Step};
use super::session::{Change, Edit, Kind};

fn put(item: u8) -> Vec<(Kind, Edit)> {
    vec![(Kind::Shop, Edit::Change(Change::Put(item)))]
}

/// A handler with `commit = always`, or a middleware that lends its session to these.
fn function(inside: Vec<Function>) -> Function {
    let always = inside.is_empty();
    let inside = (!always).then_some(Inside { functions: inside, lends: true, catches: true });
    let (before, after) = (Vec::new(), Vec::new());
    let (takes, outcome) = (Takes::WritesShop, Outcome::Passes);
    Function { takes, always, before, inside, stays: 0, after, outcome }
}

/// What a panic drops is what was kept inside of it, not what was kept before.
#[test]
fn what_was_kept_before_a_panic_is_no_state_to_go_back_to() {
    let kept = function(vec![Function { before: put(1), ..function(Vec::new()) }]);
    let first = Function { after: put(2), ..kept };
    let always = Function { before: put(3), ..function(Vec::new()) };
    let panics = Function { outcome: Outcome::Panics, ..function(vec![always]) };
    let other = Function { outcome: Outcome::Answers(500), ..function(vec![panics]) };
    let around = function(vec![first, other]);
    let around = Function { takes: Takes::ReadsShop, outcome: Outcome::Shields, ..around };
    let request = Request { browser: 0, node: 0, function: around };
    play(&Schedule(vec![Step::Send(request)])).unwrap();
}

/// A panic drops what a guard that only reads has kept inside of it.
#[test]
fn what_a_reader_keeps_inside_of_a_panic_is_dropped() {
    let always = Function { takes: Takes::ReadsShop, ..function(Vec::new()) };
    let panics =
        Function { takes: Takes::ReadsShop, outcome: Outcome::Panics, ..function(vec![always]) };
    let around = Function { before: put(1), ..function(vec![panics]) };
    let request = Request { browser: 0, node: 0, function: around };
    play(&Schedule(vec![Step::Send(request)])).unwrap();
}
