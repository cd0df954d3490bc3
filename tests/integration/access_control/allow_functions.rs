//! What the function of `allow` may be: a path, a call, a closure; `async`; with the application's state.

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::http::StatusCode;
use axum::routing::post;
use session_axum::{Rejection, Session, Sessions, require_session, session};
use session_tests::{Call, Client, ProbedStore, TestStore, on_each_store};

on_each_store!(
    a_call_has_a_parameter,
    a_closure_says_who_may_go_on,
    an_async_function_has_the_state,
    an_async_function_without_the_state_is_awaited,
    a_function_that_cannot_tell_answers_for_itself,
    a_generic_handler_asks_for_its_own_type,
);

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    permissions: Vec<String>,
    visits: u64,
}

/// Who is blocked: a database.
#[derive(Clone)]
struct Blocked(&'static [&'static str]);

impl Blocked {
    async fn has(&self, user: Option<&str>) -> Result<bool, StatusCode> {
        tokio::task::yield_now().await;
        let user = user.filter(|user| *user != "unknown").ok_or(StatusCode::IM_A_TEAPOT)?;
        Ok(self.0.contains(&user))
    }
}

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
    blocked: Blocked,
}

fn may(permission: &'static str) -> impl Fn(&Shop) -> bool {
    move |shop| shop.permissions.iter().any(|may| may == permission)
}

async fn is_not_blocked(shop: &Shop, app: &AppState) -> Result<bool, StatusCode> {
    Ok(!app.blocked.has(shop.user.as_deref()).await?)
}

async fn is_not_blocked_here(session: &Shop, blocked: &Blocked) -> bool {
    blocked.has(session.user.as_deref()).await == Ok(false)
}

async fn is_known(shop: &Shop) -> Result<(), Rejection> {
    tokio::task::yield_now().await;
    match shop.user {
        Some(_) => Ok(()),
        None => Err(session_axum::Refusal::NotAuthenticated.into()),
    }
}

trait Role: 'static {
    const NAME: &'static str;
}

struct Editor;

impl Role for Editor {
    const NAME: &'static str = "edit";
}

fn has_role<R: Role>(shop: &Shop) -> bool {
    may(R::NAME)(shop)
}

#[require_session(authenticated, allow = may("edit"))]
async fn edit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(allow = |shop: &Shop| shop.visits < 2)]
async fn twice(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(allow = is_not_blocked, state = AppState)]
async fn unblocked(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(allow = is_not_blocked_here, state = Blocked)]
async fn unblocked_here(_session: &mut Session<Shop>) {}

#[require_session(allow = is_known)]
async fn known(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(allow = has_role::<R>)]
async fn with_role<R: Role>(shop: &mut Shop) -> &'static str {
    shop.visits += 1;
    R::NAME
}

#[require_session]
async fn log_in(session: &mut Session<Shop>, Path(user): Path<String>) {
    session.log_in(user.clone());
    session.permissions = user.split('-').skip(1).map(str::to_owned).collect();
}

fn router<S: TestStore>(store: &ProbedStore<S>) -> Router {
    let sessions = Sessions::builder(store.clone()).without_cleaner().build();
    let state =
        AppState { sessions: sessions.expect("it is sound"), blocked: Blocked(&["mallory"]) };
    Router::new()
        .route("/edit", post(edit))
        .route("/twice", post(twice))
        .route("/unblocked", post(unblocked))
        .route("/unblocked-here", post(unblocked_here))
        .route("/known", post(known))
        .route("/with-role", post(with_role::<Editor>))
        .route("/log-in/{user}", post(log_in))
        .with_state(state)
}

/// What each of these users is answered at this path.
async fn answers<S: TestStore, const N: usize>(store: S, path: &str, users: [&str; N]) -> [u16; N] {
    let store = ProbedStore::new(store);
    let router = router(&store);
    let mut answers = [0; N];
    for (user, answer) in users.into_iter().zip(&mut answers) {
        let mut client = Client::new(&router);
        if !user.is_empty() {
            client.post(&format!("/log-in/{user}")).await.ok();
        }
        store.take_calls();
        *answer = client.post(path).await.status.as_u16();
        let writes = store.take_calls().iter().filter(|call| **call != Call::Load).count();
        assert!(writes == 0 || *answer == 200, "{user}");
    }
    answers
}

async fn a_call_has_a_parameter<S: TestStore>(store: S) {
    let answers = answers(store, "/edit", ["", "ann", "ben-read", "cid-read-edit"]).await;
    assert_eq!(answers, [401, 403, 403, 200]);
}

async fn a_closure_says_who_may_go_on<S: TestStore>(store: S) {
    let mut client = Client::new(&router(&ProbedStore::new(store)));
    for status in [200, 200, 403] {
        assert_eq!(client.post("/twice").await.status, status);
    }
}

async fn an_async_function_has_the_state<S: TestStore>(store: S) {
    assert_eq!(answers(store.clone(), "/unblocked", ["ann", "mallory"]).await, [200, 403]);
    assert_eq!(answers(store, "/unblocked-here", ["", "ann", "mallory"]).await, [403, 200, 403]);
}

async fn an_async_function_without_the_state_is_awaited<S: TestStore>(store: S) {
    assert_eq!(answers(store, "/known", ["", "ann"]).await, [401, 200]);
}

async fn a_function_that_cannot_tell_answers_for_itself<S: TestStore>(store: S) {
    assert_eq!(answers(store, "/unblocked", ["unknown", ""]).await, [418, 418]);
}

async fn a_generic_handler_asks_for_its_own_type<S: TestStore>(store: S) {
    assert_eq!(answers(store, "/with-role", ["ann", "ben-edit"]).await, [403, 200]);
}
