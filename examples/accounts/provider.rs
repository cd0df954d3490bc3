//! Example ID: a tiny identity provider, so that the example needs no network. It believes whoever says who they
//! are; yours is somebody else's server and does not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use reqwest::Url;
use serde::Deserialize;

use crate::failure::Failure;
use crate::nonce::nonce;
use crate::oauth::{Provider, challenge};
use crate::pages;

/// How long a code can be redeemed.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Clone)]
struct Issuer {
    callback: Url,
    codes: Arc<Mutex<HashMap<String, Grant>>>,
}

/// What a code stands for.
struct Grant {
    name: String,
    challenge: String,
    issued: Instant,
}

/// What a client asks for.
#[derive(Deserialize)]
struct Request {
    client_id: String,
    redirect_uri: String,
    state: String,
    code_challenge: String,
}

#[derive(Template)]
#[template(path = "accounts/provider.html")]
struct Page {
    request: Request,
}

#[derive(Deserialize)]
struct Consent {
    name: String,
    state: String,
    code_challenge: String,
}

#[derive(Deserialize)]
struct Redemption {
    code: String,
    code_verifier: String,
}

pub(crate) fn routes(origin: &str) -> Router {
    let callback = Url::parse(&Provider::callback(origin)).expect("an origin and a path are a URL");
    Router::new()
        .route("/authorize", get(ask).post(authorize))
        .route("/token", post(redeem))
        .with_state(Issuer { callback, codes: Arc::default() })
}

async fn ask(
    State(issuer): State<Issuer>,
    Query(request): Query<Request>,
) -> Result<Html<String>, Failure> {
    if request.client_id != Provider::CLIENT || request.redirect_uri != issuer.callback.as_str() {
        return Err(Failure::Told(
            StatusCode::BAD_REQUEST,
            "Example ID does not know this client.",
        ));
    }
    Ok(pages::show(&Page { request }))
}

async fn authorize(State(issuer): State<Issuer>, Form(consent): Form<Consent>) -> Redirect {
    let code = nonce();
    let grant =
        Grant { name: consent.name, challenge: consent.code_challenge, issued: Instant::now() };
    let mut codes = issuer.codes.lock().unwrap_or_else(PoisonError::into_inner);
    codes.retain(|_, grant| grant.issued.elapsed() < PATIENCE);
    codes.insert(code.clone(), grant);
    let mut back = issuer.callback;
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", &consent.state);
    Redirect::to(back.as_str())
}

/// A code is good once, for whoever knows the verifier of its challenge.
async fn redeem(
    State(issuer): State<Issuer>,
    Form(redemption): Form<Redemption>,
) -> Result<Json<serde_json::Value>, StatusCode> {
    let mut codes = issuer.codes.lock().unwrap_or_else(PoisonError::into_inner);
    codes
        .remove(&redemption.code)
        .filter(|grant| grant.issued.elapsed() < PATIENCE)
        .filter(|grant| grant.challenge == challenge(&redemption.code_verifier))
        .map(|Grant { name, .. }| Json(serde_json::json!({ "sub": name, "name": name })))
        .ok_or(StatusCode::BAD_REQUEST)
}
