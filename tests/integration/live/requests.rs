//! The live session of a request: of what it came in with, and of what it was saved as.

use std::time::Duration;

use axum::http::StatusCode;
use session_axum::{EndReason, ErrorKind, Handle};
use session_core::Now;
use session_tests::{Call, Fault, TestStore, on_each_store};
use tokio::time::Instant;

use super::app::{Learns, Node, end, goes_on, short};

on_each_store!(
    with_keys;
    a_session_that_begins_is_live_once_it_is_saved,
    what_is_never_stored_never_ends,
    what_cannot_be_saved_is_over,
    who_logs_in_is_who_it_is_live_for,
    who_logs_in_after_the_call_is_too,
    a_log_in_that_cannot_be_saved_is_over,
    a_discarded_log_in_leaves_whose_it_was,
    a_log_out_ends_what_was_before_and_not_what_begins,
    a_lent_log_in_is_seen_inside,
    a_late_log_in_is_live_as_the_session_that_it_begins,
    a_request_under_a_layer_has_it_too,
    after_the_response_it_is_that_of_what_was_saved,
    a_long_poll_ends_with_its_session,
    another_principal_is_seen_here_at_once,
    outside_of_a_request,
    what_ended_between_load_and_registration_is_seen,
    to_use_it_renews_the_idle_limit_now_and_then,
    a_shutdown_ends_all_of_them,
    who_drops_the_sessions_ends_what_is_live,
);

async fn a_session_that_begins_is_live_once_it_is_saved<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let mut client = node.newcomer();
    client.post("/visit-live").await.ok();
    let live = node.last_live();
    assert_eq!(live.handle(), Some(node.handle(&client).await));
    goes_on(&live).await;
    client.post("/log-out").await.ok();
    assert_eq!(end(&live).await, EndReason::Destroyed);
}

async fn what_is_never_stored_never_ends<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let client = node.newcomer();
    let live = node.live(&client).await;
    assert_eq!(live.handle(), None);
    live.used().await.unwrap();
    goes_on(&live).await;
}

async fn what_cannot_be_saved_is_over<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    node.store.inject(Call::Insert, Fault::Fails);
    let mut client = node.newcomer();
    assert_eq!(client.post("/visit-live").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(end(&node.last_live()).await, EndReason::Unknown);
}

/// From somebody to another, by a request that asks for its live session before.
async fn who_logs_in_is_who_it_is_live_for<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let mut client = node.log_in_as("ann").await;
    let anns = node.live(&client).await;
    client.post("/log-in-live/bob").await.ok();
    let bobs = node.last_live();
    assert_eq!(end(&anns).await, EndReason::PrincipalChanged);
    goes_on(&bobs).await;
    client.post("/log-in/ann").await.ok();
    assert_eq!(end(&bobs).await, EndReason::PrincipalChanged);
}

async fn who_logs_in_after_the_call_is_too<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let mut client = node.newcomer();
    client.post("/log-in-live/bob/200").await.ok();
    let bobs = node.last_live();
    goes_on(&bobs).await;
    client.post("/log-in/ann").await.ok();
    assert_eq!(end(&bobs).await, EndReason::PrincipalChanged);
}

async fn a_log_in_that_cannot_be_saved_is_over<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let mut client = node.log_in_as("ann").await;
    node.store.inject(Call::Update, Fault::Fails);
    let reply = client.post("/log-in-live/bob").await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(end(&node.last_live()).await, EndReason::Unknown);
}

async fn a_discarded_log_in_leaves_whose_it_was<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let mut client = node.log_in_as("ann").await;
    client.post("/log-in-live/bob/500").await;
    let anns = node.last_live();
    goes_on(&anns).await;
    client.post("/log-in/bob").await.ok();
    assert_eq!(end(&anns).await, EndReason::PrincipalChanged);
}

async fn a_log_out_ends_what_was_before_and_not_what_begins<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let mut client = node.log_in_as("ann").await;
    client.post("/log-out-live").await.ok();
    let (begun, before) = (node.last_live(), node.last_live());
    assert_eq!(before.end_reason(), Some(EndReason::Destroyed));
    assert_eq!(begun.handle(), Some(node.handle(&client).await));
    goes_on(&begun).await;
}

async fn a_lent_log_in_is_seen_inside<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let mut client = node.log_in_as("ann").await;
    client.post("/lent/live").await.ok();
    let bobs = node.last_live();
    goes_on(&bobs).await;
    client.post("/log-in/ann").await.ok();
    assert_eq!(end(&bobs).await, EndReason::PrincipalChanged);
}

/// Two log-ins at once: the second begins a session of its own.
async fn a_late_log_in_is_live_as_the_session_that_it_begins<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let mut client = node.newcomer();
    client.post("/visit").await.ok();
    let before = node.handle(&client).await;
    let mut second = client.clone();
    let gate = node.store.pause(Call::Update);
    let (_, late) = tokio::join!(client.post("/log-in/ann"), async {
        gate.reached().await;
        let loads = node.store.pause(Call::Load);
        loads.open();
        let late = second.post("/log-in-live/ann");
        let opened = async {
            // It has loaded the secret that the first is about to replace.
            loads.finished().await;
            gate.open();
        };
        tokio::join!(late, opened).0
    });
    late.ok();
    let live = node.last_live();
    let handle = node.handle(&second).await;
    assert_ne!(handle, before, "it is a session of its own");
    assert_eq!(live.handle(), Some(handle));
    goes_on(&live).await;
    second.post("/log-out").await.ok();
    assert_eq!(end(&live).await, EndReason::Destroyed);
}

async fn a_request_under_a_layer_has_it_too<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let mut client = node.log_in_as("ann").await;
    client.post("/layered/live").await.ok();
    let live = node.last_live();
    goes_on(&live).await;
    client.post("/layered/log-out").await.ok();
    assert_eq!(end(&live).await, EndReason::Destroyed);
    let after = node.last_live();
    assert_eq!((after.handle(), after.end_reason()), (None, None), "nothing was stored after it");
}

async fn after_the_response_it_is_that_of_what_was_saved<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let mut client = node.newcomer();
    // One that begins, and then one that becomes another's.
    for user in ["ann", "bob"] {
        client.post(&format!("/layered/log-in/{user}")).await.ok();
        let live = node.kept().live();
        assert_eq!(live.handle(), Some(node.handle(&client).await));
        goes_on(&live).await;
        client.post("/log-in/carol").await.ok();
        assert_eq!(end(&live).await, EndReason::PrincipalChanged);
    }
}

async fn a_long_poll_ends_with_its_session<S: TestStore>(store: S) {
    let (node, other) = (Node::new(&store, Learns::ByAsking), Node::new(&store, Learns::ByAsking));
    let client = node.log_in_as("ann").await;
    let mut polling = client.clone();
    let (reply, ()) = tokio::join!(polling.get("/poll"), async {
        node.state.gate.reached().await;
        client.at(&other.router).post("/log-out").await.ok();
    });
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
}

/// Where nobody asks by itself, nor is told.
async fn another_principal_is_seen_here_at_once<S: TestStore>(store: S) {
    let deaf = Node::with(&store, Learns::ByAsking, |builder| {
        builder.check_every(Duration::from_hours(1))
    });
    let mut client = deaf.log_in_as("ann").await;
    let anns = deaf.live(&client).await;
    goes_on(&anns).await;
    client.post("/log-in/bob").await.ok();
    assert_eq!(end(&anns).await, EndReason::PrincipalChanged);
}

async fn outside_of_a_request<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let sessions = &node.state.sessions;
    let unknown = Handle::from_bytes([7; 16]);
    let error = sessions.live(&unknown).await.expect_err("there is no such session");
    assert!(matches!(error.kind(), ErrorKind::Ended));
    let mut client = node.log_in_as("ann").await;
    let live = sessions.live(&node.handle(&client).await).await.unwrap();
    assert_eq!(live.run(async { 7 }).await, Ok(7));
    let job = tokio::spawn({
        let live = live.clone();
        async move { live.run(std::future::pending::<()>()).await }
    });
    client.post("/log-out").await.ok();
    assert_eq!(job.await.unwrap(), Err(EndReason::Destroyed));
    assert!(matches!(live.used().await, Err(ErrorKind::Ended)));
}

/// A request has loaded its session, and is about to ask for it as a live one.
async fn what_ended_between_load_and_registration_is_seen<S: TestStore>(store: S) {
    // Neither asks by itself, nor is told: what is seen is seen by the question at the beginning.
    let deaf = Node::with(&store, Learns::ByAsking, |builder| {
        builder.check_every(Duration::from_hours(1))
    });
    let other = Node::new(&store, Learns::ByAsking);
    // Somebody watches already.
    let before = deaf.live(&deaf.log_in_as("bob").await).await;
    goes_on(&before).await;
    let client = other.log_in_as("ann").await;
    let mut slow = client.at(&deaf.router);
    let (reply, ()) = tokio::join!(slow.post("/waits"), async {
        deaf.state.gate.reached().await;
        client.at(&other.router).post("/log-out").await.ok();
        deaf.state.gate.open();
    });
    reply.ok();
    assert_eq!(end(&deaf.last_live()).await, EndReason::Unknown);
}

async fn to_use_it_renews_the_idle_limit_now_and_then<S: TestStore>(store: S) {
    // Of which a tenth is a second.
    let lifetime = short(60_000, 10_000);
    let node = Node::with(&store, Learns::ByAsking, |builder| builder.lifetime(lifetime));
    let began = Instant::now();
    let client = node.log_in_as("ann").await;
    let live = node.live(&client).await;
    node.store.take_calls();
    live.used().await.unwrap();
    let asked = |calls: &[Call], call| calls.iter().filter(|other| **other == call).count() as u64;
    let touches = asked(&node.store.take_calls(), Call::Touch);
    assert!(touches <= began.elapsed().as_secs(), "it was used a moment ago");
    for _ in 0..20 {
        for _ in 0..5 {
            live.used().await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let calls = node.store.take_calls();
    let (touches, loads) = (asked(&calls, Call::Touch), asked(&calls, Call::Load));
    // Real time passes: a second or two as a rule, of a hundred uses. A use that comes just before its time loads too.
    let seconds = began.elapsed().as_secs() + 1;
    assert!(
        (1..=seconds).contains(&touches) && loads <= seconds * 5,
        "{touches} after {loads} loads in {seconds} s"
    );
    assert_eq!(end(&live).await, EndReason::Expired);
}

async fn a_shutdown_ends_all_of_them<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let client = node.log_in_as("ann").await;
    let live = node.live(&client).await;
    // One of a visitor, of whom nothing is stored.
    let visitors = node.live(&node.newcomer()).await;
    node.state.sessions.close_live();
    assert_eq!(live.end_reason(), Some(EndReason::Shutdown));
    assert_eq!(visitors.end_reason(), Some(EndReason::Shutdown));
    assert_eq!(node.live(&client).await.end_reason(), Some(EndReason::Shutdown));
    assert_eq!(node.live(&node.newcomer()).await.end_reason(), Some(EndReason::Shutdown));
    let handle = node.handle(&client).await;
    assert!(node.store.store().load(handle, Now::Store).await.unwrap().is_some(), "it goes on");
}

async fn who_drops_the_sessions_ends_what_is_live<S: TestStore>(store: S) {
    let node = Node::new(&store, Learns::ByAsking);
    let live = node.live(&node.log_in_as("ann").await).await;
    goes_on(&live).await;
    drop(node);
    assert_eq!(end(&live).await, EndReason::Shutdown);
}
