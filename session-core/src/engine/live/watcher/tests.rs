//! The watcher beside a store that does what a test says, under a clock that stands still.

mod store;

use tokio::time::{advance, sleep};

use self::store::{CHECK_EVERY, SECOND, Test, handle};
use super::*;
use crate::engine::end_reason::EndReason;
use crate::engine::live::end::End;

#[tokio::test(start_paused = true)]
async fn all_are_asked_for_at_once_and_then_spread_over_the_interval() {
    let mut test = Test::new();
    test.watch(10_000).await;
    assert_eq!(test.questions(), vec![BATCH; 20], "as they are registered");
    // The feed could not be opened: whoever has ended meanwhile is not told.
    sleep(CHECK_EVERY * 4).await;
    let questions = test.questions();
    let asked: usize = questions.iter().sum();
    // What fails to open is no reason to look at all; each has its turn in every interval.
    assert!((40_000..=50_000).contains(&asked), "{asked}");
    assert!(questions.iter().all(|asked| *asked <= BATCH));
    // With time to spare: ticks come late, and answers take their time.
    sleep(CHECK_EVERY * 9 / 10).await;
    let spread = test.questions();
    assert!(spread.len() >= 18, "{spread:?}");
    assert_eq!(spread.iter().sum::<usize>(), 10_000);
}

#[tokio::test(start_paused = true)]
async fn what_is_told_is_looked_at_at_once_and_nothing_else() {
    let mut test = Test::new();
    let feed = test.feed();
    test.watch(100).await;
    feed.send(Ending::UpToDate).unwrap();
    sleep(SECOND / 2).await;
    test.questions();
    test.state(|state| state.gone.push(handle(7)));
    feed.send(Ending::Of(handle(7))).unwrap();
    feed.send(Ending::Of(handle(8))).unwrap();
    feed.send(Ending::Of(handle(1_000_000))).unwrap();
    sleep(Duration::from_millis(1)).await;
    assert_eq!(test.end(7), Some(EndReason::Unknown));
    assert_eq!(test.end(8), None, "a hint is no proof");
    assert_eq!(test.questions().iter().sum::<usize>(), 2);
    // Under proofs each is asked for once a minute all the same.
    test.state(|state| state.gone.push(handle(9)));
    for _ in 0..60 {
        feed.send(Ending::UpToDate).unwrap();
        sleep(SECOND).await;
    }
    let questions = test.questions();
    assert!(questions.len() <= 12, "{questions:?}");
    assert_eq!(questions.iter().sum::<usize>(), 99);
    assert_eq!(test.end(9), Some(EndReason::Unknown));
}

/// A feed that says nothing any more: half-open, frozen.
#[tokio::test(start_paused = true)]
async fn without_a_proof_of_life_all_are_looked_at_within_the_interval() {
    let mut test = Test::new();
    let feed = test.feed();
    test.watch(100).await;
    for _ in 0..3 {
        feed.send(Ending::UpToDate).unwrap();
        sleep(SECOND).await;
    }
    test.questions();
    test.state(|state| state.gone.push(handle(7)));
    sleep(SECOND * 4).await;
    assert_eq!(test.end(7), Some(EndReason::Unknown));
    // From here on it is asked.
    test.questions();
    test.state(|state| state.gone.push(handle(8)));
    sleep(CHECK_EVERY).await;
    assert_eq!(test.end(8), Some(EndReason::Unknown));
    // Until it proves itself again.
    feed.send(Ending::UpToDate).unwrap();
    sleep(SECOND).await;
    feed.send(Ending::UpToDate).unwrap();
    test.questions();
    sleep(SECOND).await;
    assert!(test.questions().is_empty());
}

#[tokio::test(start_paused = true)]
async fn at_a_gap_all_are_looked_at() {
    let mut test = Test::new();
    let feed = test.feed();
    test.watch(100).await;
    feed.send(Ending::UpToDate).unwrap();
    sleep(SECOND).await;
    test.state(|state| state.gone.push(handle(7)));
    test.questions();
    feed.send(Ending::Gap).unwrap();
    sleep(Duration::from_millis(1)).await;
    assert_eq!(test.end(7), Some(EndReason::Unknown));
    assert_eq!(test.questions(), [100]);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_is_over_is_opened_again_and_what_it_missed_is_looked_at() {
    let mut test = Test::new();
    let (second, first) = (test.feed(), test.feed());
    test.watch(100).await;
    first.send(Ending::UpToDate).unwrap();
    sleep(SECOND).await;
    test.state(|state| state.gone.push(handle(7)));
    drop(first);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(test.end(7), Some(EndReason::Unknown));
    assert_eq!(test.state(|state| state.opened), 1);
    // Before the next one is open, somebody ends.
    test.state(|state| state.gone.push(handle(8)));
    sleep(SECOND).await;
    assert_eq!(test.state(|state| state.opened), 2);
    assert_eq!(test.end(8), Some(EndReason::Unknown));
    second.send(Ending::UpToDate).unwrap();
    sleep(SECOND).await;
    test.questions();
    sleep(SECOND).await;
    assert!(test.questions().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_ended_before_the_feed_was_opened_is_looked_at() {
    let mut test = Test::new();
    test.watch(100).await;
    test.state(|state| state.gone.push(handle(7)));
    let feed = test.feed();
    feed.send(Ending::UpToDate).unwrap();
    sleep(MAX_TICK * 2).await;
    assert_eq!(test.state(|state| state.opened), 2);
    assert_eq!(test.end(7), Some(EndReason::Unknown));
}

#[tokio::test(start_paused = true)]
async fn a_short_interval_does_not_wait_for_proofs() {
    let mut test = Test::every(SECOND);
    let feed = test.feed();
    test.watch(100).await;
    test.asked(7);
    for _ in 0..10 {
        feed.send(Ending::UpToDate).unwrap();
        sleep(SECOND).await;
    }
    let asked = test.asked(7);
    assert!((9..=12).contains(&asked), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_cannot_be_opened_is_tried_less_and_less() {
    let mut test = Test::new();
    test.watch(1).await;
    sleep(Duration::from_mins(10)).await;
    let opened = test.state(|state| state.opened);
    assert!((15..=40).contains(&opened), "{opened} attempts in ten minutes");
}

#[tokio::test(start_paused = true)]
async fn a_store_without_a_feed_is_asked_for_one_now_and_then() {
    let mut test = Test::new();
    test.state(|state| state.feeds = (0..3).map(|_| None).collect());
    test.watch(1).await;
    sleep(WITHOUT_FEED * 2 + SECOND).await;
    assert_eq!(test.state(|state| state.opened), 3);
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_down_it_is_tried_again_and_nothing_ends() {
    let mut test = Test::new();
    test.watch(100).await;
    test.questions();
    test.state(|state| {
        state.is_down = true;
        state.gone.push(handle(7));
    });
    sleep(Duration::from_mins(1)).await;
    assert_eq!(test.end(7), None);
    let questions = test.questions().len();
    assert!((20..=61).contains(&questions), "{questions} attempts in a minute");
    test.state(|state| state.is_down = false);
    sleep(SECOND * 2).await;
    assert_eq!(test.end(7), Some(EndReason::Unknown));
    assert_eq!(test.end(8), None);
}

/// A hint comes while the store does not answer, and the feed goes on.
#[tokio::test(start_paused = true)]
async fn what_was_told_is_asked_for_until_the_store_answers() {
    let mut test = Test::new();
    let feed = test.feed();
    test.watch(100).await;
    let prove_for = async |seconds| {
        for _ in 0..seconds {
            feed.send(Ending::UpToDate).unwrap();
            sleep(SECOND).await;
        }
    };
    prove_for(2).await;
    test.questions();
    test.state(|state| {
        state.is_down = true;
        state.gone.push(handle(7));
    });
    feed.send(Ending::Of(handle(7))).unwrap();
    prove_for(10).await;
    let asked = test.asked(7);
    assert!((5..=13).contains(&asked), "{asked}");
    test.state(|state| state.is_down = false);
    prove_for(2).await;
    assert_eq!(test.end(7), Some(EndReason::Unknown));
}

/// A deadline passes under a feed that proves itself: the session may have been used elsewhere.
#[tokio::test(start_paused = true)]
async fn at_a_deadline_the_store_is_asked() {
    let mut test = Test::new();
    let feed = test.feed();
    // One that is not asked for in the first minute by itself.
    let late = (0..100).find(|number| turn_of(handle(*number), PROVEN_ROUNDS) == 11).unwrap();
    test.state(|state| _ = state.left.insert(handle(late), SECOND * 25));
    test.watch(100).await;
    let prove_for = async |seconds| {
        for _ in 0..seconds {
            feed.send(Ending::UpToDate).unwrap();
            sleep(SECOND).await;
        }
    };
    prove_for(2).await;
    test.asked(late);
    prove_for(20).await;
    assert_eq!(test.asked(late), 0);
    prove_for(5).await;
    assert_eq!(test.asked(late), 1);
    let number = usize::try_from(late).unwrap();
    assert_eq!(test.end(number), None);
    test.state(|state| state.gone.push(handle(late)));
    prove_for(20).await;
    assert_eq!(test.end(number), None);
    prove_for(5).await;
    assert_eq!(test.end(number), Some(EndReason::Expired));
}

/// The process was stopped: proofs from before are worth nothing, and those that piled up come first.
#[tokio::test(start_paused = true)]
async fn after_a_pause_all_are_looked_at() {
    let mut test = Test::new();
    let feed = test.feed();
    test.watch(100).await;
    feed.send(Ending::UpToDate).unwrap();
    sleep(SECOND).await;
    test.state(|state| state.gone.push(handle(7)));
    test.questions();
    advance(SECOND * 30).await;
    sleep(SECOND).await;
    assert_eq!(test.end(7), Some(EndReason::Unknown));
}

#[tokio::test(start_paused = true)]
async fn after_a_panic_somebody_else_watches() {
    let mut test = Test::new();
    test.watch(10).await;
    let waits = tokio::spawn(End::of(&test.registration(7)));
    sleep(SECOND).await;
    test.questions();
    test.state(|state| state.panics = true);
    sleep(Duration::from_mins(1)).await;
    let questions = test.questions().len();
    assert!((30..=61).contains(&questions), "{questions} attempts in a minute");
    test.state(|state| {
        state.panics = false;
        state.gone.push(handle(7));
    });
    sleep(SECOND * 2).await;
    assert_eq!(waits.await.unwrap(), EndReason::Unknown);
}

/// The watcher goes with its runtime, and who waits on another begins anew.
#[test]
fn after_its_runtime_somebody_else_watches() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut test = Test::new();
    let (first, second) = (runtime(), runtime());
    first.block_on(test.watch(10));
    let waits = second.spawn(End::of(&test.registration(7)));
    second.block_on(tokio::task::yield_now());
    drop(first);
    test.state(|state| state.gone.push(handle(7)));
    let end = second.block_on(async { tokio::time::timeout(CHECK_EVERY * 2, waits).await });
    assert_eq!(end.expect("it ends").unwrap(), EndReason::Unknown);
}

#[tokio::test(start_paused = true)]
async fn nobody_watches_when_there_is_nothing_to_watch() {
    let mut test = Test::new();
    let feed = test.feed();
    test.watch(10).await;
    test.lives.clear();
    assert!(test.registry.is_empty());
    sleep(LINGER + SECOND).await;
    assert!(feed.is_closed(), "the feed was given up");
    // And begins anew.
    let feed = test.feed();
    test.watch(1).await;
    assert!(!feed.is_closed());
    test.state(|state| state.gone.push(handle(0)));
    feed.send(Ending::Of(handle(0))).unwrap();
    sleep(SECOND).await;
    assert_eq!(test.end(0), Some(EndReason::Unknown));
}
