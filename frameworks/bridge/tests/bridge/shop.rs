//! A shop whose users log in by axum-login, as in its example `sqlite`, and are told by axum-messages.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use axum_login::{AuthManager, AuthUser, AuthnBackend, login_required};
use axum_messages::{Messages, MessagesManagerLayer};
use serde::{Deserialize, Serialize};
use session_axum::testing::{Client, FaultyStore, Reply};
use session_axum::{MemoryStore, Principal, Sessions, Store, require_session, session};
use session_tower::{Bridge, Values, axum_login_user};
use tower_layer::layer_fn;

#[session]
pub(crate) struct Shop {
    #[session(principal)]
    pub(crate) user: Option<i64>,
    #[session(merge = union)]
    pub(crate) values: Values,
    pub(crate) cart: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    id: i64,
    name: &'static str,
    password: String,
}

impl AuthUser for User {
    type Id = i64;

    fn id(&self) -> i64 {
        self.id
    }

    fn session_auth_hash(&self) -> &[u8] {
        self.password.as_bytes()
    }
}

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) next: Option<String>,
}

/// Two users, whose passwords can be changed.
#[derive(Clone, Debug)]
pub(crate) struct Backend(Arc<Mutex<HashMap<i64, User>>>);

impl Backend {
    fn new() -> Self {
        let user =
            |id, name: &'static str| (id, User { id, name, password: "hunter42".to_owned() });
        Self(Arc::new(Mutex::new(HashMap::from([user(1, "ferris"), user(2, "admin")]))))
    }

    pub(crate) fn set_password(&self, id: i64, password: &str) {
        self.0.lock().unwrap().get_mut(&id).unwrap().password = password.into();
    }
}

impl AuthnBackend for Backend {
    type User = User;
    type Credentials = Credentials;
    type Error = Infallible;

    async fn authenticate(&self, credentials: Credentials) -> Result<Option<User>, Infallible> {
        let users = self.0.lock().unwrap();
        let user = users.values().find(|user| user.name == credentials.username);
        Ok(user.filter(|user| user.password == credentials.password).cloned())
    }

    async fn get_user(&self, id: &i64) -> Result<Option<User>, Infallible> {
        Ok(self.0.lock().unwrap().get(id).cloned())
    }
}

type AuthSession = axum_login::AuthSession<Backend>;

#[derive(Deserialize)]
struct NextUrl {
    next: Option<String>,
}

fn shown(messages: Messages) -> String {
    messages.fold(String::new(), |shown, message| shown + &format!("[{message}]"))
}

async fn home(auth: AuthSession, messages: Messages) -> Response {
    match auth.user {
        Some(user) => format!("{} {}", user.name, shown(messages)).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn log_in_page(messages: Messages, Query(NextUrl { next }): Query<NextUrl>) -> String {
    format!("log in for {} {}", next.unwrap_or_default(), shown(messages))
}

async fn log_in(
    mut auth: AuthSession,
    messages: Messages,
    Form(form): Form<Credentials>,
) -> Response {
    let next = form.next.clone();
    match auth.authenticate(form).await {
        Ok(Some(user)) => {
            if auth.login(&user).await.is_err() {
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
            messages.success(format!("Successfully logged in as {}", user.name));
            Redirect::to(next.as_deref().unwrap_or("/")).into_response()
        }
        Ok(None) => {
            messages.error("Invalid credentials");
            Redirect::to("/login").into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn log_out(mut auth: AuthSession) -> Response {
    match auth.logout().await {
        Ok(_) => Redirect::to("/login").into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What is typed.
#[require_session]
async fn add(shop: &mut Shop) {
    shop.cart.push("tea".to_owned());
}

#[require_session(authenticated)]
async fn mine(_: &Shop, Principal(user): Principal<Shop>) -> String {
    user.to_string()
}

async fn fail_after_log_in(mut auth: AuthSession) -> StatusCode {
    let user = auth.backend.get_user(&1).await.unwrap().unwrap();
    auth.login(&user).await.unwrap();
    StatusCode::INTERNAL_SERVER_ERROR
}

/// A log-out by hand.
async fn forget(auth: AuthSession) {
    auth.session.remove_value("axum-login.data").await.unwrap();
}

async fn clear(auth: AuthSession) {
    auth.session.clear().await;
}

async fn keep_note(auth: AuthSession) {
    auth.session.insert("note", "mine").await.unwrap();
}

pub(crate) struct TestShop<S = FaultyStore<MemoryStore>> {
    pub(crate) store: S,
    pub(crate) sessions: Sessions<Shop>,
    pub(crate) backend: Backend,
    pub(crate) client: Client,
}

impl TestShop {
    pub(crate) fn new() -> Self {
        Self::on(FaultyStore::new(MemoryStore::new()))
    }
}

impl<S: Store + Clone> TestShop<S> {
    pub(crate) fn on(store: S) -> Self {
        let sessions = Sessions::builder(store.clone()).without_cleaner().build().unwrap();
        Self::of(store, sessions)
    }
}

impl<S> TestShop<S> {
    pub(crate) fn of(store: S, sessions: Sessions<Shop>) -> Self {
        let backend = Backend::new();
        let bridge = Bridge::new(&sessions, |shop: &mut Shop| &mut shop.values);
        let client = Client::new(routes(&sessions, &backend, bridge.principal(axum_login_user)));
        Self { store, sessions, backend, client }
    }

    pub(crate) async fn log_in(&self, client: &Client, username: &str) -> Reply {
        log_in_as(client, username, "hunter42").await
    }

    pub(crate) async fn stored(&self) -> Option<Shop> {
        session_axum::testing::stored(&self.sessions, &self.client).await
    }
}

pub(crate) async fn log_in_as(client: &Client, username: &str, password: &str) -> Reply {
    let (username, password) = (username.to_owned(), password.to_owned());
    client.form("/login", &Credentials { username, password, next: None }).await
}

pub(crate) fn routes(sessions: &Sessions<Shop>, backend: &Backend, bridge: Bridge<Shop>) -> Router {
    let backend = backend.clone();
    Router::new()
        .route("/", get(home))
        .route_layer(login_required!(Backend, login_url = "/login"))
        .route("/login", get(log_in_page).post(log_in))
        .route("/logout", get(log_out))
        .route("/add", post(add))
        .route("/mine", get(mine))
        .route("/fail-after-log-in", post(fail_after_log_in))
        .route("/forget", post(forget))
        .route("/clear", post(clear))
        .route("/note", post(keep_note))
        .layer(MessagesManagerLayer)
        .layer(layer_fn(move |routes| AuthManager::new(routes, backend.clone(), "axum-login.data")))
        .layer(bridge)
        .with_state(sessions.clone())
}
