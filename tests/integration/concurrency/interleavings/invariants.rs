//! Invariants: what holds after every interleaving, whoever came first.

use super::action::Action;
use super::scenario::{Answer, End, Scenario};

/// Checks all of it.
pub(crate) async fn check(scenario: &mut Scenario, user: Option<&str>, answers: &[Answer]) {
    for answer in answers {
        a_refusal_sets_no_cookie_and_nothing_sets_two(answer);
    }
    only_what_ends_a_cookie_refuses_another(answers);
    let in_doubt =
        answers.iter().any(|answer| answer.end == End::Left && answer.action.ends_the_old_cookie());
    if !in_doubt {
        what_is_done_is_stored(scenario, user, answers).await;
        who_comes_late_does_not_replace_a_new_cookie(scenario, answers).await;
        one_cookie_is_good_for_the_session(scenario, answers).await;
    }
    what_went_to_another_session_is_there(scenario, answers).await;
    who_logged_in_too_late_for_it_is_logged_in(scenario, answers).await;
}

fn a_refusal_sets_no_cookie_and_nothing_sets_two(answer: &Answer) {
    assert!(answer.cookies.len() <= 1, "two cookies in one response: {answer:?}");
    if answer.end != End::Status(200) {
        assert!(answer.cookies.is_empty(), "a refusal with a cookie: {answer:?}");
    }
}

/// All are saved, unless another ended the cookie that they came with, or broke the merge.
fn only_what_ends_a_cookie_refuses_another(answers: &[Answer]) {
    let breaks = answers.iter().filter(|answer| matches!(answer.action, Action::Break(_))).count();
    let ended = |answer: &Answer| {
        answer.action.ends_the_old_cookie() && (answer.is_done() || answer.end == End::Left)
    };
    for answer in answers {
        match answer.end {
            End::Status(200) | End::Left => {}
            End::Status(401) => {
                assert!(answers.iter().any(ended), "nobody ended the cookie: {answer:?}");
            }
            End::Status(503) | End::Panicked => {
                assert!(breaks > 1, "given up for no reason: {answer:?}");
            }
            End::Status(status) => panic!("answered {status}"),
        }
    }
    let renewed = |answer: &&Answer| {
        answer.action.renews_the_secret() && answer.is_done() && !answer.cookies.is_empty()
    };
    assert!(
        answers.iter().filter(renewed).count() <= 1,
        "two requests with one cookie both got a new secret"
    );
}

async fn what_is_done_is_stored(scenario: &Scenario, user: Option<&str>, answers: &[Answer]) {
    let done = || answers.iter().filter(|answer| answer.is_done());
    let stored = scenario.stored().await;
    if done().any(|answer| answer.action.ends_the_session()) {
        assert!(stored.is_none(), "an ended session is there: {stored:?}");
        return;
    }
    let shop = stored.expect("nobody ended the session");
    let logged_in = done().find_map(|answer| match answer.action {
        Action::LogIn(name) => Some(Some(name)),
        Action::LogOut => Some(None),
        _ => None,
    });
    assert_eq!(shop.user.as_deref(), logged_in.unwrap_or(user), "who is logged in");
    assert_eq!(shop.visits, shop.cart.len() as u64, "each item came with one visit");
    let handed_over = user.is_some() && logged_in.is_some();
    for answer in answers {
        let Some(item) = answer.action.adds() else { continue };
        let count = shop.cart.split(|other| *other == item).count() - 1;
        if handed_over && answer.action == Action::Add(item) {
            assert_eq!(count, 0, "another principal has what was put with the cookie before");
        } else if handed_over || answer.end == End::Left {
            assert!(count <= 1, "an item that was put once is there {count} times");
        } else {
            assert_eq!(
                count,
                usize::from(answer.is_done()),
                "how often the item of {answer:?} is there"
            );
        }
    }
    let mut broke = done().filter(|answer| matches!(answer.action, Action::Break(_))).peekable();
    if handed_over || broke.peek().is_none() {
        assert_eq!(shop.fragile, 0, "what nobody set");
    } else {
        assert!(
            broke.any(|answer| answer.action == Action::Break(shop.fragile)),
            "nobody set {}",
            shop.fragile
        );
    }
}

/// A new cookie is on its way to the browser, which must not lose it again.
async fn who_comes_late_does_not_replace_a_new_cookie(scenario: &Scenario, answers: &[Answer]) {
    let renews = |answer: &&Answer| answer.is_done() && answer.action.renews_the_secret();
    if answers.iter().find(renews).is_some_and(|answer| !answer.cookies.is_empty())
        && scenario.stored().await.is_some()
    {
        let late = answers
            .iter()
            .find(|answer| !answer.known && !answer.cookies.is_empty() && !answer.began_another);
        assert!(late.is_none(), "a cookie in place of a new one: {late:?}");
    }
}

/// Whoever came too late for the session began another, or started over: with all they put.
async fn what_went_to_another_session_is_there(scenario: &mut Scenario, answers: &[Answer]) {
    for answer in answers.iter().filter(|answer| answer.end == End::Status(200)) {
        let (Action::Add(item) | Action::StartOver(item)) = answer.action else { continue };
        if answer.known && answer.action == Action::Add(item) {
            assert!(answer.cookies.is_empty(), "the session has a cookie already: {answer:?}");
            continue;
        }
        let cookie = answer.cookies.first().expect("a new session has a cookie").clone();
        assert_ne!(cookie, scenario.cookie, "a new session has a cookie of its own");
        scenario.cookie = cookie;
        assert_eq!(
            scenario.send(0, Action::Read).await.cart,
            [item],
            "a new session has what began it"
        );
    }
}

/// A double click is two good answers, unless all sessions were ended since.
async fn who_logged_in_too_late_for_it_is_logged_in(scenario: &mut Scenario, answers: &[Answer]) {
    if answers.iter().any(|answer| answer.action == Action::RevokeAll) {
        return;
    }
    for answer in answers.iter().filter(|answer| answer.began_another) {
        scenario.cookie.clone_from(&answer.cookies[0]);
        assert!(scenario.send(0, Action::Read).await.known, "its cookie is good: {answer:?}");
    }
}

/// The newest, if the session is there; it works on both nodes, and the one before is dead.
async fn one_cookie_is_good_for_the_session(scenario: &mut Scenario, answers: &[Answer]) {
    let is_there = scenario.stored().await.is_some();
    let mut renewed =
        answers.iter().filter(|answer| answer.is_done() && answer.action.renews_the_secret());
    if let Some(new) = renewed.find_map(|answer| answer.cookies.first()) {
        assert!(
            !scenario.send(0, Action::Read).await.known,
            "an old cookie is good after a new one was told"
        );
        scenario.cookie.clone_from(new);
    }
    for (node, item) in [(0, 100), (1, 101)] {
        let answer = scenario.send(node, Action::Add(item)).await;
        assert_eq!(
            (answer.end, answer.known),
            (End::Status(200), is_there),
            "a request after it all"
        );
    }
    if is_there {
        let cart = scenario.stored().await.expect("nobody ended it").cart;
        assert!(cart.ends_with(&[100, 101]), "what came after it all is stored: {cart:?}");
    }
}
