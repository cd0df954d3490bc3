//! The label of a session: what is kept of the browser's `User-Agent`.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::USER_AGENT;
use session_axum::Builder;
use session_tests::{Call, Client, TestStore, on_each_store};

use super::app::{Shop, TestApp};

on_each_store!(
    an_application_says_what_is_kept_of_a_user_agent,
    nothing_is_kept_of_a_user_agent_without_labels,
    a_session_in_the_place_of_another_has_its_label_unless_none_is_kept,
);

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0";

/// Logs in as Ann with this `User-Agent`.
async fn log_in<S: TestStore>(app: &TestApp<S>, user_agent: &str) -> Client {
    let mut client = app.newcomer();
    let log_in = Request::post("/log-in/ann").header(USER_AGENT, user_agent);
    client.send(log_in.body(Body::empty()).expect("a request")).await.ok();
    client
}

/// The labels of this user's sessions, the oldest first.
async fn labels<S: TestStore>(app: &TestApp<S>, user: &str) -> Vec<Option<String>> {
    let mut listed = app.sessions.list(&user.to_owned()).await.expect("the store works");
    listed.sort_by_key(|listed| (listed.created, listed.handle));
    listed.into_iter().map(|listed| listed.label.map(|label| label.to_string())).collect()
}

fn browser_alone(builder: Builder<Shop>) -> Builder<Shop> {
    builder.label(|user_agent| {
        let (_, browser) = user_agent.rsplit_once(' ')?;
        Some(format!("{}\n", browser.split('/').next()?))
    })
}

async fn an_application_says_what_is_kept_of_a_user_agent<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, browser_alone);
    log_in(&app, FIREFOX).await;
    assert_eq!(labels(&app, "ann").await, [Some("Firefox".to_owned())]);
    app.clock.advance(Duration::from_secs(1));
    log_in(&app, "curl/8.5.0").await;
    assert_eq!(labels(&app, "ann").await, [Some("Firefox".to_owned()), None]);
}

async fn nothing_is_kept_of_a_user_agent_without_labels<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, Builder::without_label);
    let mut client = log_in(&app, FIREFOX).await;
    assert_eq!(labels(&app, "ann").await, [None]);
    client.post("/visit").await.ok();
    client.post("/log-in/ann").await.ok();
    assert_eq!(labels(&app, "ann").await, [None]);
}

/// Of two log-ins at once the later begins a session of its own, in the place of the one that it came in with.
async fn a_session_in_the_place_of_another_has_its_label_unless_none_is_kept<S: TestStore>(
    store: S,
) {
    let (elsewhere, usual) = (TestApp::new(store.clone()), TestApp::new(store.clone()));
    let without = TestApp::with_options(store, Builder::without_label);
    for (app, user, label) in [(&usual, "ann", Some(FIREFOX)), (&without, "eve", None)] {
        let mut client = elsewhere.newcomer();
        let visit = Request::post("/visit").header(USER_AGENT, FIREFOX);
        client.send(visit.body(Body::empty()).expect("a request")).await.ok();
        let mut tab = client.at(&app.router);
        let gate = app.store.pause(Call::Update);
        let replace = async {
            gate.reached().await;
            app.store.heal();
            client.post("/log-in/bob").await.ok();
            gate.open();
        };
        let path = format!("/log-in/{user}");
        let (reply, ()) = tokio::join!(tab.post(&path), replace);
        reply.ok();
        assert_eq!(labels(app, user).await, [label.map(str::to_owned)], "{user}");
    }
}
