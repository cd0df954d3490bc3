//! Two or three that act on one session at once, in every order.
//!
//! A store call waits twice, before its effect and after; all ways to let those who wait go on are
//! tried, on one node and on two.

use super::action::{ALONE, Action, LENT};
use super::call_scheduler::PausePoints;
use super::invariants;
use super::orders::Orders;
use super::scenario::{Answer, Scenario};

/// The conditions under which requests act at once.
#[derive(Clone, Copy)]
struct Setup {
    /// Who is logged in at first.
    user: Option<&'static str>,
    pause_points: PausePoints,
    clients_leave: bool,
    /// Whether requests find that the idle limit is to be renewed.
    time_passes: bool,
    /// Where the requests go.
    path: &'static str,
}

const LOGGED_IN: Setup = Setup {
    user: Some("ann"),
    pause_points: PausePoints::BeforeAndAfter,
    clients_leave: false,
    time_passes: false,
    path: ALONE,
};

impl Setup {
    /// Plays these actions, each on its node, in every order, and returns how many orders there are.
    fn every_order(
        self,
        actions: &[(usize, Action)],
        mut check: impl AsyncFnMut(&mut Scenario, &[Answer]),
    ) -> u32 {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.expect("a runtime starts");
        let mut orders = Orders::default();
        let mut count = 0;
        loop {
            runtime.block_on(async {
                let mut scenario = Scenario::new(self.user).await;
                scenario.path = self.path;
                if self.time_passes {
                    scenario.let_time_pass();
                }
                let answers = scenario
                    .play(actions, self.pause_points, self.clients_leave, &mut orders)
                    .await;
                check(&mut scenario, &answers).await;
            });
            count += 1;
            if !orders.advance() {
                return count;
            }
        }
    }

    /// Checks the invariants after every order, on one node and on two.
    fn keeps_the_invariants(self, actions: &[Action]) -> u32 {
        let on = |nodes: &[usize]| {
            let actions: Vec<(usize, Action)> =
                nodes.iter().copied().cycle().zip(actions.iter().copied()).collect();
            self.every_order(&actions, async |scenario, answers| {
                invariants::check(scenario, self.user, answers).await;
            })
        };
        on(&[0]) + on(&[0, 1])
    }
}

/// Every two of these.
fn pairs(actions: &[Action]) -> impl Iterator<Item = [Action; 2]> {
    actions
        .iter()
        .enumerate()
        .flat_map(move |(nth, one)| actions[nth..].iter().map(move |other| [*one, *other]))
}

/// The same action again, with an item of its own.
fn another(action: Action) -> Action {
    match action {
        Action::Add(item) => Action::Add(item + 1),
        Action::Update(item) => Action::Update(item + 1),
        Action::StartOver(item) => Action::StartOver(item + 1),
        Action::Break(value) => Action::Break(value + 1),
        other => other,
    }
}

#[test]
fn two_that_act_at_once_keep_every_promise() {
    let actions = [
        Action::Add(1),
        Action::Rotate,
        Action::LogIn("bob"),
        Action::LogOut,
        Action::Destroy,
        Action::StartOver(11),
        Action::Update(21),
        Action::Revoke,
        Action::RevokeAll,
        Action::Break(31),
    ];
    let orders: u32 = pairs(&actions)
        .map(|[one, other]| LOGGED_IN.keeps_the_invariants(&[one, another(other)]))
        .sum();
    println!("{orders} orders of two");
}

#[test]
fn a_log_in_keeps_what_others_put_into_the_cart_meanwhile() {
    let setup = Setup { user: None, ..LOGGED_IN };
    let orders: u32 =
        [Action::Add(1), Action::Update(1), Action::Rotate, Action::LogIn("bob"), Action::Destroy]
            .into_iter()
            .map(|other| setup.keeps_the_invariants(&[Action::LogIn("ann"), other]))
            .sum();
    println!("{orders} orders of two");
}

#[test]
fn requests_that_renew_the_idle_limit_keep_every_promise() {
    let setup = Setup { time_passes: true, pause_points: PausePoints::Before, ..LOGGED_IN };
    let actions = [
        Action::Read,
        Action::Add(1),
        Action::Rotate,
        Action::LogOut,
        Action::Destroy,
        Action::Revoke,
    ];
    let orders: u32 = pairs(&actions)
        .map(|[one, other]| setup.keeps_the_invariants(&[one, another(other)]))
        .sum();
    println!("{orders} orders of two");
}

#[test]
fn three_that_act_at_once_keep_every_promise() {
    let setup = Setup { pause_points: PausePoints::Before, ..LOGGED_IN };
    let orders: u32 = [
        [Action::Add(1), Action::Add(2), Action::Add(3)],
        [Action::Add(1), Action::Update(2), Action::LogIn("bob")],
        [Action::Add(1), Action::Add(2), Action::Rotate],
        [Action::Add(1), Action::Rotate, Action::Destroy],
        [Action::Add(1), Action::Add(2), Action::Revoke],
        [Action::Break(1), Action::Break(2), Action::Add(3)],
    ]
    .iter()
    .map(|actions| setup.keeps_the_invariants(actions))
    .sum();
    println!("{orders} orders of three");
}

#[test]
fn a_session_that_is_lent_keeps_every_promise() {
    let setup = Setup { path: LENT, pause_points: PausePoints::Before, ..LOGGED_IN };
    let actions = [
        Action::Add(1),
        Action::Rotate,
        Action::LogIn("bob"),
        Action::LogOut,
        Action::Destroy,
        Action::StartOver(11),
        Action::Update(21),
        Action::Revoke,
    ];
    let stay: u32 = pairs(&actions)
        .map(|[one, other]| setup.keeps_the_invariants(&[one, another(other)]))
        .sum();
    let leaving = Setup { clients_leave: true, ..setup };
    let leave: u32 = pairs(&actions[..2])
        .map(|[one, other]| leaving.keeps_the_invariants(&[one, another(other)]))
        .sum();
    let three = [Action::Add(1), Action::Add(2), Action::LogIn("bob")];
    println!("{} orders", stay + leave + setup.keeps_the_invariants(&three));
}

#[test]
fn a_commit_that_has_begun_ends_though_its_client_leaves() {
    let actions = [
        Action::Add(1),
        Action::Rotate,
        Action::LogIn("bob"),
        Action::LogOut,
        Action::Destroy,
        Action::StartOver(11),
    ];
    for (path, action) in [ALONE, LENT].into_iter().flat_map(|path| actions.map(|one| (path, one)))
    {
        let stay = Setup { path, ..LOGGED_IN };
        let mut done = (None, 0);
        stay.every_order(&[(0, action)], async |scenario, _| done = scenario.written().await);
        let setup = Setup { clients_leave: true, ..stay };
        let mut left = 0;
        setup.every_order(&[(0, action)], async |scenario, _| {
            let before = (Some(2), 1);
            match scenario.order.iter().position(|choice| choice == "client 0 leaves") {
                // The load waits twice; the handler has not run yet.
                Some(position @ 0..2) => {
                    assert_eq!(scenario.written().await, before, "{action:?} left at {position}");
                }
                Some(position) => {
                    assert_eq!(scenario.written().await, done, "{action:?} left at {position}");
                    left += 1;
                }
                None => assert_eq!(scenario.written().await, done),
            }
        });
        assert_eq!(
            left,
            if matches!(action, Action::StartOver(_)) { 4 } else { 2 },
            "at how many points {action:?} commits"
        );
    }
}

#[test]
fn a_client_that_leaves_takes_nobody_elses_change_along() {
    let setup = Setup { clients_leave: true, pause_points: PausePoints::Before, ..LOGGED_IN };
    let actions = [Action::Add(1), Action::Rotate, Action::LogOut, Action::Destroy];
    let orders: u32 = pairs(&actions)
        .map(|[one, other]| setup.keeps_the_invariants(&[one, another(other)]))
        .sum();
    println!("{orders} orders of two");
}
