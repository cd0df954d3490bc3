//! The provider: it asks whether it may tell who the user is, sends the browser back with a code, and redeems that
//! once, for whoever knows the verifier.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

use super::pkce::{challenge, random};

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) origin: String,
    /// The application's.
    client: String,
    codes: Arc<Mutex<HashMap<String, Authorization>>>,
}

/// What the application's browser came with.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct Authorization {
    mode: String,
    state: String,
    nonce: String,
    challenge: String,
}

/// Of a real provider this is signed.
pub(crate) struct IdToken {
    pub(crate) subject: String,
    pub(crate) nonce: String,
}

impl Provider {
    pub(crate) fn new(origin: &str, client: &str) -> Self {
        let (origin, client) = (origin.to_owned(), client.to_owned());
        Self { origin, client, codes: Arc::default() }
    }

    pub(crate) fn authorize(
        &self,
        mode: &str,
        state: &str,
        nonce: &str,
        challenge: &str,
    ) -> String {
        let origin = &self.origin;
        format!("{origin}/authorize?mode={mode}&state={state}&nonce={nonce}&challenge={challenge}")
    }

    /// Whom a code means; it is good once.
    pub(crate) fn redeem(&self, code: &str, verifier: &str) -> Option<IdToken> {
        let asked = self.codes.lock().expect("nobody panics here").remove(code)?;
        let subject = "ann".to_owned();
        (challenge(verifier) == asked.challenge).then_some(IdToken { subject, nonce: asked.nonce })
    }

    pub(crate) fn router(&self) -> Router {
        Router::new().route("/authorize", get(ask).post(answer)).with_state(self.clone())
    }
}

async fn ask() -> Html<&'static str> {
    Html("<title>Provider</title><form method=post><button id=yes>I am ann</button></form>")
}

async fn answer(State(provider): State<Provider>, Query(asked): Query<Authorization>) -> Response {
    let (state, client) = (asked.state.clone(), &provider.client);
    let code = random();
    let path = match asked.mode.as_str() {
        "query" => {
            let to = format!("{client}/callback?state={state}&code={code}");
            provider.codes.lock().expect("nobody panics here").insert(code, asked);
            return Redirect::to(&to).into_response();
        }
        "form_post" => "/callback/posted",
        _ => "/callback/into-the-session",
    };
    let page = format!(
        "<title>Provider</title><form method=post action={client}{path}>\
         <input type=hidden name=state value={state}><input type=hidden name=code value={code}>\
         <button id=back>Back</button></form>"
    );
    provider.codes.lock().expect("nobody panics here").insert(code, asked);
    Html(page).into_response()
}
