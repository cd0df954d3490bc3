//! How a request is drawn at random, with the functions that it runs through.

use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::prelude::*;

use super::function::{BROWSERS, Function, Inside, NODES, Outcome, Request, Takes};
use super::session::{Change, Edit, Kind, User};

pub(crate) fn request() -> impl Strategy<Value = Request> {
    (0..BROWSERS, 0..NODES, outermost()).prop_map(|(browser, node, function)| Request {
        browser,
        node,
        function,
    })
}

/// A handler, a handler in one middleware or two, or two handlers side by side somewhere inside.
fn outermost() -> BoxedStrategy<Function> {
    prop_oneof![
        12 => handler(any_session()),
        4 => around(any_session(), handler(any_session())),
        4 => around(any_session(), around(any_session(), handler(any_session()))),
        3 => around_two(),
        2 => around(any_session(), around_two()),
    ]
    .boxed()
}

/// Those side by side have the session of the one around them.
fn around_two() -> BoxedStrategy<Function> {
    let takes = prop_oneof![
        4 => Just(Takes::ReadsShop),
        1 => Just(Takes::WritesShop),
        1 => Just(Takes::ReadsShopWritesOffice),
    ];
    middleware(takes, vec(beside(), 2))
}

/// One of two side by side: up to three deep.
fn beside() -> BoxedStrategy<Function> {
    let handler = || {
        let stays = prop_oneof![4 => Just(0_u64), 2 => Just(1), 1 => Just(3)];
        (handler(shop()), stays)
            .prop_map(|(handler, stays)| {
                // Only who writes keeps the other waiting.
                let stays = if handler.takes == Takes::WritesShop { stays } else { 0 };
                Function { stays, ..handler }
            })
            .boxed()
    };
    prop_oneof![
        4 => handler(),
        2 => around(shop(), handler()),
        2 => around(shop(), around(shop(), handler())),
    ]
    .boxed()
}

fn around(
    takes: impl Strategy<Value = Takes> + 'static,
    inner: BoxedStrategy<Function>,
) -> BoxedStrategy<Function> {
    middleware(takes, inner.prop_map(|inner| vec![inner]))
}

fn middleware(
    takes: impl Strategy<Value = Takes> + 'static,
    functions: impl Strategy<Value = Vec<Function>> + 'static,
) -> BoxedStrategy<Function> {
    let inside = (functions, weighted(0.85), weighted(0.5))
        .prop_map(|(functions, lends, catches)| Some(Inside { functions, lends, catches }));
    let outcome = prop_oneof![
        12 => Just(Outcome::Passes),
        6 => Just(Outcome::Shields),
        2 => proptest::sample::select(vec![404, 500]).prop_map(Outcome::Answers),
        1 => Just(Outcome::Fails(500)),
        1 => Just(Outcome::Panics),
    ];
    function(takes, inside, vec(any_edit(), 0..3), outcome)
}

fn handler(takes: impl Strategy<Value = Takes> + 'static) -> BoxedStrategy<Function> {
    let outcome = prop_oneof![
        9 => Just(Outcome::Passes),
        1 => proptest::sample::select(vec![303, 404, 500, 503]).prop_map(Outcome::Answers),
        1 => proptest::sample::select(vec![400, 500]).prop_map(Outcome::Fails),
        1 => Just(Outcome::Panics),
    ];
    function(takes, Just(None), Just(Vec::new()), outcome)
}

fn function(
    takes: impl Strategy<Value = Takes> + 'static,
    inside: impl Strategy<Value = Option<Inside>> + 'static,
    after: impl Strategy<Value = Vec<(bool, Edit)>> + 'static,
    outcome: impl Strategy<Value = Outcome> + 'static,
) -> BoxedStrategy<Function> {
    (takes, weighted(0.2), vec(any_edit(), 0..4), inside, after, outcome)
        .prop_map(|(takes, always, before, inside, after, outcome)| {
            let before = edits(takes, before);
            let after = edits(takes, after);
            Function { takes, always, before, inside, stays: 0, after, outcome }
        })
        .boxed()
}

/// Each of a session that the function may change.
fn edits(takes: Takes, edits: Vec<(bool, Edit)>) -> Vec<(Kind, Edit)> {
    let written: Vec<Kind> = takes.written().collect();
    let of = |other| if other { written.last() } else { written.first() };
    edits.into_iter().filter_map(|(other, edit)| Some((*of(other)?, edit))).collect()
}

fn shop() -> impl Strategy<Value = Takes> {
    prop_oneof![3 => Just(Takes::WritesShop), 1 => Just(Takes::ReadsShop)]
}

fn any_session() -> impl Strategy<Value = Takes> {
    prop_oneof![
        8 => Just(Takes::WritesShop),
        2 => Just(Takes::ReadsShop),
        1 => Just(Takes::WritesOffice),
        2 => Just(Takes::WritesBoth),
        1 => Just(Takes::ReadsShopWritesOffice),
        1 => Just(Takes::WritesShopReadsOffice),
    ]
}

fn any_edit() -> impl Strategy<Value = (bool, Edit)> {
    (any::<bool>(), edit())
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        16 => change().prop_map(Edit::Change),
        2 => Just(Edit::Destroy),
        1 => Just(Edit::Rotate),
        1 => any::<bool>().prop_map(Edit::Remember),
        2 => user().prop_map(Edit::LogIn),
    ]
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    let item = 0..4_u8;
    prop_oneof![
        3 => (-2..4_i64).prop_map(Change::Visit),
        3 => item.clone().prop_map(Change::Put),
        1 => item.clone().prop_map(Change::TakeOut),
        1 => Just(Change::EmptyTheCart),
        2 => item.clone().prop_map(Change::See),
        1 => item.clone().prop_map(Change::Unsee),
        2 => proptest::option::of(item.clone()).prop_map(Change::Notice),
        1 => item.prop_map(Change::Theme),
        1 => user().prop_map(Change::Assign),
        1 => Just(Change::LogOut),
    ]
}

pub(crate) fn user() -> impl Strategy<Value = User> {
    prop_oneof![Just(User::Ann), Just(User::Bob)]
}
