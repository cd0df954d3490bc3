//! Logging in through a provider: OAuth 2's authorization code with PKCE (RFC 6749, 7636), what it needs kept in the
//! session in between.

use std::time::Duration;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::Url;
use session_axum::{Session, require_session};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::account::Account;
use crate::failure::Failure;
use crate::flow::Flow;
use crate::nonce::nonce;
use crate::sign_in::Way;
use crate::users::Users;

/// What the browser brings back.
#[derive(serde::Deserialize)]
pub(crate) struct Answer {
    state: Option<String>,
    code: Option<String>,
}

#[require_session]
pub(crate) async fn leave(
    account: &mut Account,
    State(provider): State<Provider>,
    Form(Way { next }): Form<Way>,
) -> Redirect {
    let flow = Flow { state: nonce(), verifier: nonce(), next };
    let to = provider.log_in(&flow);
    account.flow = Some(flow);
    Redirect::to(to.as_str())
}

/// A flow is taken whatever comes of it, also a 502: hence `commit = always`. An answer that is posted
/// from the provider's page (`response_mode=form_post`) would need `cross_site` too, and a cookie that it carries.
#[require_session(commit = always)]
pub(crate) async fn come_back(
    session: &mut Session<Account>,
    State(provider): State<Provider>,
    State(users): State<Users>,
    Query(Answer { state, code }): Query<Answer>,
) -> Result<Redirect, Failure> {
    let refused = |message| Failure::Told(StatusCode::BAD_REQUEST, message);
    let flow = session.flow.take().ok_or(refused("No log-in at Example ID is under way here."))?;
    let state = state.ok_or(refused("Example ID's answer names no log-in."))?;
    if !bool::from(state.as_bytes().ct_eq(flow.state.as_bytes())) {
        return Err(refused("Example ID's answer is to another log-in."));
    }
    let code = code.ok_or(refused("Example ID did not log you in."))?;
    let person = provider.redeem(&code, &flow.verifier).await?;
    let user = users.of_provider(&person.sub, &person.name).await?;
    session.log_in(user);
    Ok(Redirect::to(&flow.next))
}

/// Example ID as its clients see it.
#[derive(Clone)]
pub(crate) struct Provider {
    authorize: Url,
    token: Url,
    callback: String,
    http: reqwest::Client,
}

/// Whom the provider means. Of a real one this is in a signed ID token.
#[derive(serde::Deserialize)]
struct Person {
    sub: String,
    name: String,
}

impl Provider {
    pub(crate) const CLIENT: &str = "accounts";

    /// Where the provider sends browsers back to.
    pub(crate) fn callback(origin: &str) -> String {
        format!("{origin}/oauth/callback")
    }

    pub(crate) fn new(origin: &str) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self {
            authorize: Url::parse(&format!("{origin}/idp/authorize"))?,
            token: Url::parse(&format!("{origin}/idp/token"))?,
            callback: Self::callback(origin),
            http: reqwest::Client::builder()
                .no_proxy() // It is this program, which no proxy knows.
                .redirect(reqwest::redirect::Policy::none())
                .timeout(Duration::from_secs(10))
                .build()?,
        })
    }

    fn log_in(&self, flow: &Flow) -> Url {
        let mut url = self.authorize.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", Self::CLIENT)
            .append_pair("redirect_uri", &self.callback)
            .append_pair("state", &flow.state)
            .append_pair("code_challenge", &challenge(&flow.verifier))
            .append_pair("code_challenge_method", "S256");
        url
    }

    async fn redeem(&self, code: &str, verifier: &str) -> Result<Person, reqwest::Error> {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", Self::CLIENT),
            ("redirect_uri", &self.callback),
            ("code", code),
            ("code_verifier", verifier),
        ];
        let answer = self.http.post(self.token.clone()).form(&form).send().await?;
        answer.error_for_status()?.json().await
    }
}

/// What the provider is shown of a verifier beforehand.
pub(crate) fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}
