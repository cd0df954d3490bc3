//! Requests on one session in every order of their store calls, with the same promises after each.
//!
//! A store call waits twice, before its effect and after; all ways to let those who wait go on are
//! tried, on one node and on two.

#[path = "action.rs"]
mod acts;
mod orders;
#[path = "invariants.rs"]
mod promises;
#[path = "scenario.rs"]
mod scene;
#[path = "call_scheduler.rs"]
mod stage;
#[path = "../../intercepted_store.rs"]
mod watched;

use crate::acts::Act;
use crate::orders::Orders;
use crate::scene::{Answer, Scene};
use crate::stage::Stops;

/// How those who act do so.
#[derive(Clone, Copy)]
struct Play {
    /// Who is logged in at first.
    user: Option<&'static str>,
    stops: Stops,
    clients_leave: bool,
    /// Whether requests find that the idle limit is to be renewed.
    time_passes: bool,
}

const PLAY: Play = Play {
    user: Some("ann"),
    stops: Stops::BeforeAndAfter,
    clients_leave: false,
    time_passes: false,
};

impl Play {
    /// Plays these acts, each on its node, in every order, and answers how many there are.
    fn every_order(
        self,
        acts: &[(usize, Act)],
        mut check: impl AsyncFnMut(&mut Scene, &[Answer]),
    ) -> u32 {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.expect("a runtime starts");
        let mut orders = Orders::default();
        let mut count = 0;
        loop {
            runtime.block_on(async {
                let mut scene = Scene::new(self.user).await;
                if self.time_passes {
                    scene.let_time_pass();
                }
                let answers = scene.play(acts, self.stops, self.clients_leave, &mut orders).await;
                check(&mut scene, &answers).await;
            });
            count += 1;
            if !orders.advance() {
                return count;
            }
        }
    }

    /// The promises hold after every order, on one node and on two.
    fn keeps_its_promises(self, acts: &[Act]) -> u32 {
        let on = |nodes: &[usize]| {
            let acts: Vec<(usize, Act)> =
                nodes.iter().copied().cycle().zip(acts.iter().copied()).collect();
            self.every_order(&acts, async |scene, answers| {
                promises::check(scene, self.user, answers).await;
            })
        };
        on(&[0]) + on(&[0, 1])
    }
}

/// Every two of these.
fn pairs(acts: &[Act]) -> impl Iterator<Item = [Act; 2]> {
    acts.iter()
        .enumerate()
        .flat_map(move |(nth, one)| acts[nth..].iter().map(move |other| [*one, *other]))
}

/// The same act again, with an item of its own.
fn another(act: Act) -> Act {
    match act {
        Act::Add(item) => Act::Add(item + 1),
        Act::Update(item) => Act::Update(item + 1),
        Act::StartOver(item) => Act::StartOver(item + 1),
        Act::Break(value) => Act::Break(value + 1),
        other => other,
    }
}

#[test]
fn two_that_act_at_once_keep_every_promise() {
    let acts = [
        Act::Add(1),
        Act::Rotate,
        Act::LogIn("bob"),
        Act::LogOut,
        Act::Destroy,
        Act::StartOver(11),
        Act::Update(21),
        Act::Revoke,
        Act::RevokeAll,
        Act::Break(31),
    ];
    let orders: u32 =
        pairs(&acts).map(|[one, other]| PLAY.keeps_its_promises(&[one, another(other)])).sum();
    println!("{orders} orders of two");
}

#[test]
fn a_log_in_keeps_what_others_put_into_the_cart_meanwhile() {
    let play = Play { user: None, ..PLAY };
    let orders: u32 = [Act::Add(1), Act::Update(1), Act::Rotate, Act::LogIn("bob"), Act::Destroy]
        .into_iter()
        .map(|other| play.keeps_its_promises(&[Act::LogIn("ann"), other]))
        .sum();
    println!("{orders} orders of two");
}

#[test]
fn requests_that_renew_the_idle_limit_keep_every_promise() {
    let play = Play { time_passes: true, stops: Stops::Before, ..PLAY };
    let acts = [Act::Read, Act::Add(1), Act::Rotate, Act::LogOut, Act::Destroy, Act::Revoke];
    let orders: u32 =
        pairs(&acts).map(|[one, other]| play.keeps_its_promises(&[one, another(other)])).sum();
    println!("{orders} orders of two");
}

#[test]
fn three_that_act_at_once_keep_every_promise() {
    let play = Play { stops: Stops::Before, ..PLAY };
    let orders: u32 = [
        [Act::Add(1), Act::Add(2), Act::Add(3)],
        [Act::Add(1), Act::Update(2), Act::LogIn("bob")],
        [Act::Add(1), Act::Add(2), Act::Rotate],
        [Act::Add(1), Act::Rotate, Act::Destroy],
        [Act::Add(1), Act::Add(2), Act::Revoke],
        [Act::Break(1), Act::Break(2), Act::Add(3)],
    ]
    .iter()
    .map(|acts| play.keeps_its_promises(acts))
    .sum();
    println!("{orders} orders of three");
}

#[test]
fn a_commit_that_has_begun_ends_though_its_client_leaves() {
    for act in
        [Act::Add(1), Act::Rotate, Act::LogIn("bob"), Act::LogOut, Act::Destroy, Act::StartOver(11)]
    {
        let mut done = (None, 0);
        PLAY.every_order(&[(0, act)], async |scene, _| done = scene.written().await);
        let play = Play { clients_leave: true, ..PLAY };
        let mut left = 0;
        play.every_order(&[(0, act)], async |scene, _| {
            let before = (Some(2), 1);
            match scene.order.iter().position(|choice| choice == "client 0 leaves") {
                // The load waits twice; the handler has not run yet.
                Some(position @ 0..2) => {
                    assert_eq!(scene.written().await, before, "{act:?} left at {position}");
                }
                Some(position) => {
                    assert_eq!(scene.written().await, done, "{act:?} left at {position}");
                    left += 1;
                }
                None => assert_eq!(scene.written().await, done),
            }
        });
        assert_eq!(
            left,
            if matches!(act, Act::StartOver(_)) { 4 } else { 2 },
            "at how many points {act:?} commits"
        );
    }
}

#[test]
fn a_client_that_leaves_takes_nobody_elses_change_along() {
    let play = Play { clients_leave: true, stops: Stops::Before, ..PLAY };
    let acts = [Act::Add(1), Act::Rotate, Act::LogOut, Act::Destroy];
    let orders: u32 =
        pairs(&acts).map(|[one, other]| play.keeps_its_promises(&[one, another(other)])).sum();
    println!("{orders} orders of two");
}
