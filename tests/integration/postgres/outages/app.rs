//! The application of these tests: each session is a diary, with every note that was ever added to it.

use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::routing::{get, post};
use session_axum::{Session, Sessions, require_session, session};
use session_sqlx::PostgresStore;

/// Of each call to the store: more than a busy machine keeps a healthy one waiting.
pub(crate) const DEADLINE: Duration = Duration::from_secs(4);

#[session]
struct Diary {
    name: String,
    #[session(merge = sum)]
    count: u64,
    #[session(merge = append)]
    notes: Vec<u64>,
}

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Diary>,
}

/// What a request sees of a diary.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) count: usize,
    pub(crate) notes: Vec<u64>,
}

async fn plain() -> &'static str {
    "no session here"
}

#[require_session]
async fn begin(diary: &mut Diary, Path(name): Path<String>) {
    diary.name = name;
}

#[require_session]
async fn read(diary: &Diary) -> String {
    let notes: Vec<_> = diary.notes.iter().map(u64::to_string).collect();
    format!("{} {} {}", diary.name, diary.count, notes.join(" "))
}

#[require_session]
async fn add(diary: &mut Diary, Path(note): Path<u64>) {
    diary.count += 1;
    diary.notes.push(note);
}

#[require_session(existing)]
async fn close(session: &mut Session<Diary>) {
    session.destroy();
}

/// The application on this database, as it comes but for the deadline.
pub(crate) async fn router(database: &str) -> Router {
    let store = PostgresStore::builder().deadline(DEADLINE).connect(database);
    let store = store.await.expect("the server is up");
    store.migrate().await.expect("the database is empty");
    let sessions =
        Sessions::builder(store).deadline(DEADLINE).build().expect("the defaults are sound");
    Router::new()
        .route("/plain", get(plain))
        .route("/", get(read))
        .route("/begin/{name}", post(begin))
        .route("/add/{note}", post(add))
        .route("/close", post(close))
        .with_state(AppState { sessions })
}

impl Page {
    /// What `GET /` answered. Nobody's diary has no name.
    pub(crate) fn parse(body: &str) -> Self {
        let mut words = body.split(' ');
        let name = words.next().unwrap_or_default().to_owned();
        let count = words.next().and_then(|count| count.parse().ok());
        Self {
            name,
            count: count.unwrap_or_else(|| panic!("no count: {body}")),
            notes: words.filter_map(|note| note.parse().ok()).collect(),
        }
    }
}
