//! Passkeys: the state of a ceremony waits in a field of the session, and a second one makes an old log-in fresh.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use session_axum::{Error, MemoryStore, Principal, Session, Sessions, require_session, session};
use webauthn_rs::prelude::{
    CreationChallengeResponse, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, RequestChallengeResponse, Url, Uuid,
    Webauthn, WebauthnBuilder, WebauthnError,
};

/// Where the pages are: a passkey is good there only.
const ORIGIN: &str = "http://localhost:3000";

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    /// A passkey that is being made.
    #[session(opaque, ttl = "5m")]
    registration: Option<Ceremony<PasskeyRegistration>>,
    /// A log-in that is under way.
    #[session(opaque, ttl = "5m")]
    authentication: Option<Ceremony<PasskeyAuthentication>>,
}

/// What the server knows of a ceremony, until the browser has answered.
#[derive(Clone, Serialize, Deserialize)]
struct Ceremony<S> {
    user: String,
    state: S,
}

/// The users' passkeys: a table.
#[derive(Clone, Default)]
struct Users(Arc<Mutex<HashMap<String, Vec<Passkey>>>>);

impl Users {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Passkey>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
    webauthn: Arc<Webauthn>,
    users: Users,
}

enum Failure {
    /// The ceremony took too long, was finished before, or began in another browser.
    NothingUnderWay,
    /// Somebody has the name.
    Taken,
    /// Nobody has the name.
    Unknown,
    Webauthn(WebauthnError),
    Session(Error),
}

impl From<WebauthnError> for Failure {
    fn from(error: WebauthnError) -> Self {
        Self::Webauthn(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Session(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::NothingUnderWay => (StatusCode::BAD_REQUEST, "begin again\n").into_response(),
            Self::Taken => (StatusCode::CONFLICT, "choose another name\n").into_response(),
            Self::Unknown => (StatusCode::NOT_FOUND, "nobody has this name\n").into_response(),
            Self::Webauthn(error) => {
                (StatusCode::UNAUTHORIZED, format!("{error}\n")).into_response()
            }
            Self::Session(error) => error.into_response(),
        }
    }
}

#[require_session]
async fn begin_sign_up(
    shop: &mut Shop,
    State(app): State<App>,
    Path(user): Path<String>,
) -> Result<Json<CreationChallengeResponse>, Failure> {
    if app.users.lock().contains_key(&user) {
        return Err(Failure::Taken);
    }
    let (challenge, state) =
        app.webauthn.start_passkey_registration(Uuid::new_v4(), &user, &user, None)?;
    shop.registration = Some(Ceremony { user, state });
    Ok(Json(challenge))
}

/// The ceremony is taken by its first answer, whether right or wrong. `update` stores that at once, so that of two
/// answers at the same time only one finds it.
#[require_session]
async fn sign_up(
    session: &mut Session<Shop>,
    State(app): State<App>,
    Json(answer): Json<RegisterPublicKeyCredential>,
) -> Result<(), Failure> {
    let handle = session.handle().ok_or(Failure::NothingUnderWay)?;
    let ceremony = app.sessions.update(&handle, |shop| shop.registration.take()).await?;
    let Ceremony { user, state } = ceremony.ok_or(Failure::NothingUnderWay)?;
    let passkey = app.webauthn.finish_passkey_registration(&answer, &state)?;
    let mut users = app.users.lock();
    if users.contains_key(&user) {
        return Err(Failure::Taken);
    }
    users.insert(user.clone(), vec![passkey]);
    session.log_in(user);
    Ok(())
}

#[require_session]
async fn begin_log_in(
    shop: &mut Shop,
    State(app): State<App>,
    Path(user): Path<String>,
) -> Result<Json<RequestChallengeResponse>, Failure> {
    let passkeys = app.users.lock().get(&user).cloned().ok_or(Failure::Unknown)?;
    let (challenge, state) = app.webauthn.start_passkey_authentication(&passkeys)?;
    shop.authentication = Some(Ceremony { user, state });
    Ok(Json(challenge))
}

/// A log-in, also by who is logged in: that makes the session fresh.
#[require_session]
async fn log_in(
    session: &mut Session<Shop>,
    State(app): State<App>,
    Json(answer): Json<PublicKeyCredential>,
) -> Result<(), Failure> {
    let handle = session.handle().ok_or(Failure::NothingUnderWay)?;
    let ceremony = app.sessions.update(&handle, |shop| shop.authentication.take()).await?;
    let Ceremony { user, state } = ceremony.ok_or(Failure::NothingUnderWay)?;
    let result = app.webauthn.finish_passkey_authentication(&answer, &state)?;
    for passkey in app.users.lock().get_mut(&user).into_iter().flatten() {
        passkey.update_credential(&result); // its counter
    }
    session.log_in(user);
    Ok(())
}

#[require_session(authenticated)]
async fn account(_: &Shop, Principal(user): Principal<Shop>) -> String {
    user
}

/// The page asks for the passkey again on a 401.
#[require_session(fresh = "10m")]
async fn transfer(_: &Shop) -> &'static str {
    "transferred"
}

fn app(sessions: Sessions<Shop>) -> Result<Router, Box<dyn std::error::Error>> {
    let origin = Url::parse(ORIGIN)?;
    let webauthn = WebauthnBuilder::new("localhost", &origin)?.rp_name("Shop").build()?;
    let state = App { sessions, webauthn: Arc::new(webauthn), users: Users::default() };
    Ok(Router::new()
        .route("/", get(account))
        .route("/signup/{user}", post(begin_sign_up))
        .route("/signup", post(sign_up))
        .route("/login/{user}", post(begin_log_in))
        .route("/login", post(log_in))
        .route("/transfer", post(transfer))
        .with_state(state))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::builder(MemoryStore::new()).build()?;
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(sessions)?).await?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use session_axum::testing::{Client, Clock, Reply};
    use webauthn_authenticator_rs::WebauthnAuthenticator;
    use webauthn_authenticator_rs::softpasskey::SoftPasskey;

    use super::*;

    struct Browser {
        client: Client,
        authenticator: WebauthnAuthenticator<SoftPasskey>,
        clock: Clock,
    }

    impl Browser {
        /// Ann has signed up in it.
        async fn of_ann() -> Self {
            let clock = Clock::new();
            let sessions =
                Sessions::builder(MemoryStore::new()).clock(clock.reader()).build().unwrap();
            let client = Client::new(app(sessions).unwrap()).base_url(ORIGIN).clock(&clock);
            let authenticator = WebauthnAuthenticator::new(SoftPasskey::new(true));
            let mut browser = Self { client, authenticator, clock };
            let challenge = browser.client.post("/signup/ann").await.assert_status(200).json();
            let answer =
                browser.authenticator.do_registration(ORIGIN.parse().unwrap(), challenge).unwrap();
            browser.client.json("/signup", &answer).await.assert_status(200);
            browser
        }

        async fn begin(&mut self) -> PublicKeyCredential {
            let challenge = self.client.post("/login/ann").await.assert_status(200).json();
            self.authenticator.do_authentication(ORIGIN.parse().unwrap(), challenge).unwrap()
        }

        async fn log_in(&mut self) -> Reply {
            let answer = self.begin().await;
            self.client.json("/login", &answer).await
        }
    }

    #[tokio::test]
    async fn a_passkey_signs_up_and_logs_in() {
        let mut ann = Browser::of_ann().await;
        assert_eq!(ann.client.get("/").await.text(), "ann");
        ann.client.remove_cookie("__Host-session");
        ann.client.get("/").await.assert_status(401);
        ann.log_in().await.assert_status(200);
        assert_eq!(ann.client.get("/").await.text(), "ann");
        ann.client.post("/signup/ann").await.assert_status(409);
    }

    #[tokio::test]
    async fn an_old_log_in_is_made_fresh_by_the_passkey() {
        let mut ann = Browser::of_ann().await;
        ann.client.post("/transfer").await.assert_status(200);
        ann.clock.advance(Duration::from_mins(11));
        ann.client.post("/transfer").await.assert_status(401);
        assert_eq!(ann.client.get("/").await.text(), "ann");
        ann.log_in().await.assert_status(200);
        ann.client.post("/transfer").await.assert_status(200);
    }

    #[tokio::test]
    async fn a_ceremony_is_good_once_in_its_own_browser_and_for_five_minutes() {
        let mut ann = Browser::of_ann().await;
        let answer = ann.begin().await;
        let other = ann.client.copy();
        other.remove_cookie("__Host-session");
        other.json("/login", &answer).await.assert_status(400);
        ann.client.json("/login", &answer).await.assert_status(200);
        ann.client.json("/login", &answer).await.assert_status(400);

        let answer = ann.begin().await;
        ann.clock.advance(Duration::from_mins(6));
        ann.client.json("/login", &answer).await.assert_status(400);
    }

    #[tokio::test]
    async fn the_answer_to_an_earlier_challenge_is_refused_and_costs_the_later_one() {
        let mut ann = Browser::of_ann().await;
        let earlier = ann.begin().await;
        let later = ann.begin().await;
        ann.client.json("/login", &earlier).await.assert_status(401);
        ann.client.json("/login", &later).await.assert_status(400);
    }
}
