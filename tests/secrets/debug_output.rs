//! `Debug` of the public types, each with secrets in it.

use std::error::Error as _;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use session_axum::{Session, SessionRef, Sessions, Store as _, require_session, session};
use session_core::Now;
use session_core::store::{Insert, Record, Update, Updated};
use session_test_support::records::{DAY, HOUR, with};
use session_tests::{Client, ProbedStore, TestStore, on_each_store};

use crate::secret::{Secret, digests, none_is_in, secrets_of};

on_each_store!(
    no_public_type_prints_a_token_or_what_a_session_holds,
    a_session_prints_as_its_author_wants_and_no_token,
);

const CANARY: &str = "canary in a field, worth nobody's look";

#[session]
struct Diary {
    page: String,
}

/// Its author chose what `Debug` shows.
impl Debug for Diary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Diary(closed)")
    }
}

#[derive(Clone, axum::extract::FromRef)]
struct AppState {
    sessions: Sessions<Diary>,
    printed: Printed,
}

#[derive(Clone, Default)]
struct Printed(Arc<Mutex<String>>);

impl Printed {
    fn add(&self, value: &impl Debug) {
        let mut printed = self.0.lock().expect("nobody panics here");
        writeln!(printed, "{value:?}\n{value:#?}").expect("a string takes all");
    }

    fn is_free_of(&self, secrets: &[Secret]) {
        let printed = self.0.lock().expect("nobody panics here");
        none_is_in(printed.as_bytes(), "what was printed", secrets);
    }
}

#[require_session]
async fn write(
    session: &mut Session<Diary>,
    before: SessionRef<Diary>,
    State(printed): State<Printed>,
) {
    CANARY.clone_into(&mut session.page);
    session.rotate();
    printed.add(session);
    printed.add(&before);
}

async fn written<S: TestStore>(store: S) -> (Record, String, Printed, ProbedStore<S>) {
    let store = ProbedStore::new(store);
    let builder = Sessions::builder(store.clone()).without_cleaner();
    let printed = Printed::default();
    printed.add(&builder);
    let sessions = builder.build().expect("the defaults are sound");
    printed.add(&sessions);
    let state = AppState { sessions, printed: printed.clone() };
    let router = Router::new().route("/write", post(write)).with_state(state);
    let mut client = Client::new(&router);
    client.post("/write").await.ok();
    client.post("/write").await.ok();
    let record = store.records(Now::Store).await.remove(0);
    (record, client.session().expect("it was set").to_owned(), printed, store)
}

async fn no_public_type_prints_a_token_or_what_a_session_holds<S: TestStore>(store: S) {
    let (record, token, printed, store) = written(store).await;
    printed.add(store.store());
    printed.add(&record);
    printed.add(&record.digest);
    printed.add(&record.handle);
    let fields = record.fields.clone();
    printed.add(&Insert::new(record.handle, record.digest, fields, HOUR, DAY));
    let update = with(Update::of(&record), |update| update.revision += 1);
    printed.add(&update);
    let conflict = store.update(update, Now::Store).await.expect("the store works");
    assert!(matches!(conflict, Updated::Conflict(_)));
    printed.add(&conflict);
    printed.is_free_of(&secrets_of(&token));
    printed.is_free_of(&digests(&store));
    printed.is_free_of(&[Secret::text(CANARY)]);
}

async fn a_session_prints_as_its_author_wants_and_no_token<S: TestStore>(store: S) {
    let (record, token, printed, _) = written(store).await;
    printed.is_free_of(&secrets_of(&token));
    printed.is_free_of(&[Secret::text(CANARY)]);
    let shown = printed.0.lock().expect("nobody panics here");
    assert!(
        shown.contains("Diary(closed)") && shown.contains(&record.handle.to_string()),
        "{shown}"
    );
}

#[test]
fn an_error_that_names_a_handle_is_not_about_its_text() {
    let token = format!("AZCnBUCAewCLk7iYf1wA{}", "B".repeat(44));
    let error = token.parse::<session_axum::Handle>().expect_err("a token is no handle");
    let said = format!("{error} {error:?} {:?}", error.source().map(ToString::to_string));
    none_is_in(said.as_bytes(), "the error", &secrets_of(&token));
}
