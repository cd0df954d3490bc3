//! The same calls on sessions of tower-sessions itself, and under the bridge: whoever comes next sees the same.

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use session_axum::testing::Client;

use super::tower_sessions::session::Session;
use super::tower_sessions::{MemoryStore, SessionManagerLayer};
use crate::site::Site;

/// Those whose meaning is the same. `delete` is not: what is changed after it stores all of the session again there.
const CALLS: [char; 8] = ['a', 'b', 'c', 'r', 'x', 'i', 'f', 's'];

async fn call(session: &Session, call: char) {
    match call {
        'a' => session.insert("a", 1).await.unwrap(),
        'b' => session.insert("b", 5).await.unwrap(),
        'c' => session.insert("c", 3).await.unwrap(),
        'r' => drop(session.remove_value("a").await.unwrap()),
        'x' => session.clear().await,
        'i' => session.cycle_id().await.unwrap(),
        'f' => session.flush().await.unwrap(),
        's' => session.save().await.unwrap(),
        _ => unreachable!("it is one of these"),
    }
}

fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let run = async |session: Session, Path(calls): Path<String>| {
        for one in calls.chars() {
            call(&session, one).await;
        }
    };
    let read = async |session: Session| {
        let mut seen = String::new();
        for key in ["a", "b", "c"] {
            let value = session.get_value(key).await.unwrap();
            seen += &value.map_or("-".to_owned(), |value| value.to_string());
        }
        seen
    };
    let begin = async |session: Session| {
        session.insert("a", 1).await.unwrap();
        session.insert("b", 2).await.unwrap();
    };
    Router::new()
        .route("/begin", post(begin))
        .route("/run/{calls}", post(run))
        .route("/read", get(read))
}

/// What the browser sees afterwards, and what somebody does who has its cookie from before.
async fn outcome(client: Client, calls: &str, begins: bool) -> (String, String) {
    if begins {
        client.post("/begin").await.assert_status(200);
    }
    let before = client.copy();
    client.post(&format!("/run/{calls}")).await.assert_status(200);
    let seen = client.get("/read").await.text().to_owned();
    (seen, before.get("/read").await.text().to_owned())
}

#[tokio::test]
async fn every_three_calls_have_the_same_outcome_as_on_tower_sessions_itself() {
    let (theirs, ours) = (SessionManagerLayer::new(MemoryStore::default()), Site::new(routes()));
    let theirs = Client::new(routes().layer(theirs));
    for begins in [true, false] {
        for one in CALLS {
            for two in CALLS {
                for three in CALLS {
                    let calls = String::from_iter([one, two, three]);
                    let (seen, before) = outcome(theirs.copy(), &calls, begins).await;
                    let ours = outcome(ours.client.copy(), &calls, begins).await;
                    // There, what is changed after a flush gets the id from before it, so that a copy of the cookie sees it.
                    let flushed = before != "---" && calls.contains('f');
                    let before = if flushed { "---".to_owned() } else { before };
                    assert_eq!(ours, (seen, before), "{calls}, of a session: {begins}");
                }
            }
        }
    }
}
