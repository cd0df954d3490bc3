//! The application: it leaves for the provider, and is come back to by a redirect or by a form that is posted.

use axum::extract::{FromRef, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use session_axum::{MemoryStore, Opaque, Session, Sessions, require_session, session};

use super::pkce::{self, Verifier, random};
use super::provider::Provider;

/// What a session remembers. The provider's crate lets nobody compare its token, nor copy its verifier.
#[session]
pub(crate) struct Account {
    #[session(principal)]
    user: Option<String>,
    #[session(opaque)]
    state: Option<pkce::State>,
    verifier: Opaque<Verifier>,
    #[session(ttl = "10m")]
    nonce: Option<String>,
    /// What was chosen before the log-in.
    cart: Vec<String>,
}

#[derive(Clone, FromRef)]
pub(crate) struct App {
    sessions: Sessions<Account>,
    provider: Provider,
}

/// What the browser brings back.
#[derive(serde::Deserialize, serde::Serialize)]
struct Answer {
    state: String,
    code: String,
}

#[derive(serde::Deserialize)]
struct Way {
    /// The provider's `response_mode`.
    mode: String,
}

#[require_session]
async fn home(account: &Account) -> Html<String> {
    let user = account.user.as_deref().unwrap_or("stranger");
    let ways = ["query", "form_post", "form_post_into_the_session"].map(|mode| {
        format!("<form method=post action=/leave><input type=hidden name=mode value={mode}><button id={mode}>Log in</button></form>")
    });
    Html(format!(
        "<title>Shop</title><h1>Hello, {user}</h1><p id=cart>{}</p>{}",
        account.cart.join(","),
        ways.concat()
    ))
}

#[require_session]
async fn leave(
    account: &mut Account,
    State(provider): State<Provider>,
    Form(Way { mode }): Form<Way>,
) -> Redirect {
    let (state, verifier, nonce) = (pkce::State::generate(), Verifier::generate(), random());
    let to = provider.authorize(&mode, state.secret(), &nonce, &verifier.challenge());
    account.cart.push("tea".to_owned());
    account.state = Some(state);
    account.verifier.set(verifier);
    account.nonce = Some(nonce);
    Redirect::to(&to)
}

/// A page of our own: the browser sends the cookie with it, from wherever it was sent here.
#[require_session]
async fn come_back(
    session: &mut Session<Account>,
    State(provider): State<Provider>,
    Query(answer): Query<Answer>,
) -> Response {
    finish(session, &provider, &answer)
}

/// What another site posts comes without the cookie. It is sent on to a page of our own, where the cookie is.
async fn posted(Form(answer): Form<Answer>) -> Redirect {
    Redirect::to(&format!("/callback?state={}&code={}", answer.state, answer.code))
}

/// The way that does not work: the session is in a cookie that the browser has withheld.
#[require_session(cross_site)]
async fn posted_into_the_session(
    session: &mut Session<Account>,
    State(provider): State<Provider>,
    Form(answer): Form<Answer>,
) -> Response {
    assert!(session.is_withheld(), "a browser withholds it");
    session.cart.push("coffee".to_owned());
    finish(session, &provider, &answer)
}

fn finish(session: &mut Session<Account>, provider: &Provider, answer: &Answer) -> Response {
    let (Some(state), Some(verifier), Some(nonce)) =
        (session.state.take(), session.verifier.take(), session.nonce.take())
    else {
        return (StatusCode::BAD_REQUEST, Html("<h1>No log-in is under way</h1>")).into_response();
    };
    if state.secret() != answer.state {
        return (StatusCode::BAD_REQUEST, "another log-in's answer").into_response();
    }
    match provider.redeem(&answer.code, verifier.secret()) {
        Some(token) if token.nonce == nonce => {
            session.log_in(token.subject);
            Redirect::to("/").into_response()
        }
        _ => (StatusCode::BAD_REQUEST, "the provider says no").into_response(),
    }
}

pub(crate) fn router(provider: Provider) -> Router {
    let sessions = Sessions::builder(MemoryStore::new()).build().expect("the defaults are sound");
    Router::new()
        .route("/", get(home))
        .route("/leave", post(leave))
        .route("/callback", get(come_back))
        .route("/callback/posted", post(posted))
        .route("/callback/into-the-session", post(posted_into_the_session))
        .with_state(App { sessions, provider })
}
