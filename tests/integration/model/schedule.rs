//! What a schedule may hold, how one is drawn at random, and how it is printed.

use std::fmt;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::faults::Fault;
use super::function::{BROWSERS, Function, NODES, Outcome, Request, Takes};
use super::request_strategy::{change, request, user};
use super::session::{Change, Edit, Kind, User};

/// A number that names one of what there is: it is taken modulo how many there are.
pub(crate) type Nth = usize;

#[derive(Clone)]
pub(crate) struct Schedule(pub(crate) Vec<Step>);

#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A request from its beginning to its end.
    Send(Request),
    /// A request that pauses: its handler has done what it does and not returned yet.
    Begin(Request),
    /// The handler of a request under way returns.
    End(Nth),
    /// The client of a request under way leaves before the handler returns.
    Leave(Nth),
    /// Another browser gets a copy of this one's cookie.
    Copy {
        from: usize,
        to: usize,
    },
    /// The store call after the next `skip` fails, or never answers.
    Arm {
        skip: u32,
        fault: Fault,
    },
    Update {
        node: usize,
        session: Nth,
        change: Change,
    },
    Revoke {
        node: usize,
        session: Nth,
    },
    RevokeAll {
        node: usize,
        kind: Kind,
        user: User,
    },
    List {
        node: usize,
        kind: Kind,
        user: User,
    },
    Clean {
        node: usize,
    },
    Advance(Duration),
}

/// Two sessions, the second of them Ann's, each in two browsers; and then anything.
pub(crate) fn schedules() -> impl Strategy<Value = Schedule> {
    let begin = |browser, changes: &[Change]| {
        let edits = changes.iter().cloned().map(|change| (Kind::Shop, Edit::Change(change)));
        let function = Function {
            takes: Takes::WritesShop,
            always: false,
            before: edits.collect(),
            inside: None,
            stays: 0,
            after: Vec::new(),
            outcome: Outcome::Passes,
        };
        Step::Send(Request { browser, node: 0, function })
    };
    vec(step(), 1..32).prop_map(move |steps| {
        let opening = [
            begin(0, &[Change::Put(0)]),
            Step::Copy { from: 0, to: 1 },
            begin(2, &[Change::Assign(User::Ann), Change::Put(0), Change::Theme(1)]),
            Step::Copy { from: 2, to: 3 },
        ];
        Schedule(opening.into_iter().chain(steps).collect())
    })
}

fn step() -> impl Strategy<Value = Step> {
    let (session, open_request, node) = (0..4_usize, 0..4_usize, 0..NODES);
    let times = [1, 9, 10, 359, 360, 3_000, 3_000, 3_599, 3_600, 7_200].map(Duration::from_secs);
    prop_oneof![
        10 => request().prop_map(Step::Send),
        20 => request().prop_map(Step::Begin),
        18 => open_request.clone().prop_map(Step::End),
        1 => open_request.prop_map(Step::Leave),
        3 => (0..BROWSERS, 0..BROWSERS).prop_map(|(from, to)| Step::Copy { from, to }),
        5 => (0..2_u32, fault()).prop_map(|(skip, fault)| Step::Arm { skip, fault }),
        3 => (node.clone(), session.clone(), change())
            .prop_map(|(node, session, change)| Step::Update { node, session, change }),
        1 => (node.clone(), session).prop_map(|(node, session)| Step::Revoke { node, session }),
        1 => (node.clone(), kind(), user())
            .prop_map(|(node, kind, user)| Step::RevokeAll { node, kind, user }),
        1 => (node.clone(), kind(), user())
            .prop_map(|(node, kind, user)| Step::List { node, kind, user }),
        1 => node.prop_map(|node| Step::Clean { node }),
        2 => proptest::sample::select(times.to_vec()).prop_map(Step::Advance),
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![3 => Just(Kind::Shop), 1 => Just(Kind::Office)]
}

fn fault() -> impl Strategy<Value = Fault> {
    proptest::sample::select(vec![
        Fault::FailsBefore,
        Fault::FailsAfter,
        Fault::HangsBefore,
        Fault::HangsAfter,
    ])
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the schedule")?;
        self.0.iter().zip(1..).try_for_each(|(step, number)| writeln!(f, "{number:>4}  {step:?}"))
    }
}
