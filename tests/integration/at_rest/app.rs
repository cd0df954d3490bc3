//! The application of these tests: a few sessions are used, and every secret that a browser was given is remembered.

use std::time::Duration;

use axum::Router;
use axum::extract::{self, FromRef};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_axum::{KeyRing, Sealing, Sessions, Store, require_session, session};
use session_tests::Client;

/// In the sessions, and with keys nowhere else.
pub(crate) const CANARY: &str = "canary-in-a-coal-mine";

/// How long a store may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    cart: Vec<String>,
}

#[require_session]
async fn add(shop: &mut Shop) {
    shop.cart.push(CANARY.to_owned());
}

#[require_session]
async fn log_in(shop: &mut Shop, extract::Path(user): extract::Path<String>) {
    shop.user = Some(user);
}

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
}

/// Uses a few sessions, and returns every secret that a browser was ever given.
pub(crate) async fn use_sessions(store: impl Store, sealing: Option<Sealing>) -> Vec<[u8; 32]> {
    let builder = Sessions::builder(store).without_cleaner().deadline(DEADLINE);
    let builder = match sealing {
        Some(sealing) => builder.sealing(sealing),
        None => builder,
    };
    let sessions = builder.build().expect("the defaults are sound");
    let router = Router::new()
        .route("/add", post(add))
        .route("/login/{user}", post(log_in))
        .with_state(AppState { sessions });
    let mut secrets = Vec::new();
    for _ in 0..3 {
        let mut client = Client::new(&router);
        for path in ["/add", &format!("/login/{CANARY}"), "/add"] {
            client.post(path).await.ok();
            let token = &client.session().expect("it has begun")[..64];
            let bytes = URL_SAFE_NO_PAD.decode(token).expect("a token is base64url");
            secrets.push(bytes[16..].try_into().expect("a token has 48 bytes"));
        }
    }
    secrets
}

pub(crate) fn required_sealing() -> Sealing {
    let key = KeyRing::generate().expect("the system's random source works");
    Sealing::Required(KeyRing::parse(&key).expect("it is a key"))
}
