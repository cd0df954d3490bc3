//! A principal whose type has changed: what one release wrote of it does not decode in the other, to which
//! the session is nobody knows whose.

use axum::extract::{FromRef, Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use session_axum::{Builder, KeyRing, Sealing, Session, Sessions, require_session, session};
use session_tests::{Client, TestStore, on_each_store};

/// A release of the application with this type of user id.
macro_rules! release {
    ($name:ident, $id:ty) => {
        mod $name {
            use super::*;

            #[session(name = "Shop")]
            struct Shop {
                #[session(principal)]
                user: Option<$id>,
                cart: Vec<String>,
                #[session(carry)]
                theme: String,
            }

            #[require_session]
            async fn show(shop: &Shop) -> Json<Shop> {
                Json(shop.clone())
            }

            #[require_session]
            async fn log_in(session: &mut Session<Shop>, Path(user): Path<$id>) {
                session.log_in(user);
            }

            #[require_session]
            async fn assign(shop: &mut Shop, Path(user): Path<$id>) {
                shop.user = Some(user);
            }

            #[require_session]
            async fn log_out(session: &mut Session<Shop>) {
                session.destroy();
            }

            #[require_session]
            async fn add(shop: &mut Shop, Path(sku): Path<String>) {
                shop.cart.push(sku);
            }

            #[require_session]
            async fn theme(shop: &mut Shop, Path(theme): Path<String>) {
                shop.theme = theme;
            }

            async fn end_all(
                State(sessions): State<Sessions<Shop>>,
                Path(user): Path<$id>,
            ) -> String {
                let ended = sessions.revoke_all(&user).await.expect("the store works");
                ended.ended().to_string()
            }

            #[derive(Clone, FromRef)]
            struct AppState {
                sessions: Sessions<Shop>,
            }

            pub(super) fn router<S: TestStore>(store: S) -> Router {
                node(store, None)
            }

            pub(super) fn node<S: TestStore>(store: S, keys: Option<&str>) -> Router {
                let mut builder = Sessions::builder(store).without_cleaner();
                if let Some(keys) = keys {
                    let ring = KeyRing::parse(keys).expect("these are keys");
                    builder = builder.sealing(Sealing::Required(ring));
                }
                routes(builder)
            }

            pub(super) fn sealed_cookie<S: TestStore>(store: S, keys: &str) -> Router {
                let ring = KeyRing::parse(keys).expect("these are keys");
                routes(Sessions::sealed_cookie(ring).revocations(store).without_cleaner())
            }

            fn routes(builder: Builder<Shop>) -> Router {
                let sessions = builder.build().expect("the defaults are sound");
                Router::new()
                    .route("/", get(show))
                    .route("/log-in/{user}", post(log_in))
                    .route("/assign/{user}", post(assign))
                    .route("/add/{sku}", post(add))
                    .route("/theme/{theme}", post(theme))
                    .route("/end-all/{user}", post(end_all))
                    .route("/log-out", post(log_out))
                    .with_state(AppState { sessions })
            }
        }
    };
}

release!(old, String);
release!(new, u64);

on_each_store!(
    it_hands_on_nothing_but_what_is_carried,
    a_log_in_to_it_inherits_nothing_of_whoever_it_was,
    for_the_release_that_can_read_it_everything_is_there,
    it_is_still_found_by_whom_it_belongs_to_when_it_is_sealed_anew,
    nobody_logs_in_over_it_behind_a_log_out,
);

/// Ann's session, by the release before.
async fn ann(old: &Router) -> Client {
    let mut client = Client::new(old);
    for path in ["/log-in/ann", "/add/anns-medicine", "/theme/dark"] {
        client.post(path).await.ok();
    }
    client
}

const CARRIED: &str = r#"{"user":null,"cart":[],"theme":"dark"}"#;

async fn it_hands_on_nothing_but_what_is_carried<S: TestStore>(store: S) {
    let (old, new) = (old::router(store.clone()), new::router(store));
    assert_eq!(ann(&old).await.at(&new).get("/").await.ok(), CARRIED);
}

async fn a_log_in_to_it_inherits_nothing_of_whoever_it_was<S: TestStore>(store: S) {
    let (old, new) = (old::router(store.clone()), new::router(store.clone()));
    for path in ["/log-in/7", "/assign/7"] {
        let mut client = ann(&old).await.at(&new);
        client.post(path).await.ok();
        let seven = r#"{"user":7,"cart":[],"theme":"dark"}"#;
        assert_eq!(client.get("/").await.ok(), seven, "{path}");
        let mut elsewhere = client.at(&new::router(store.clone()));
        assert_eq!(elsewhere.get("/").await.ok(), seven, "{path}: as it is stored");
        assert_eq!(client.at(&old).get("/").await.ok(), CARRIED, "{path}: nor the other way");
    }
}

async fn for_the_release_that_can_read_it_everything_is_there<S: TestStore>(store: S) {
    let (old, new) = (old::router(store.clone()), new::router(store));
    let mut client = ann(&old).await.at(&new);
    client.post("/theme/light").await.ok();
    let ann = r#"{"user":"ann","cart":["anns-medicine"],"theme":"light"}"#;
    assert_eq!(client.at(&old).get("/").await.ok(), ann);
}

/// By the release that cannot read whose it is.
async fn it_is_still_found_by_whom_it_belongs_to_when_it_is_sealed_anew<S: TestStore>(store: S) {
    let [one, two] = [(); 2].map(|()| KeyRing::generate().expect("the system has random bytes"));
    let (before, after) = (format!("{one} next:{two}"), format!("{two} {one}"));
    let (old, new) =
        (old::node(store.clone(), Some(&before)), new::node(store.clone(), Some(&after)));
    let client = ann(&old).await;
    assert_eq!(client.clone().at(&new).get("/").await.ok(), CARRIED);
    assert_eq!(client.clone().at(&new).post("/theme/light").await.status, 200);
    // The key that it was sealed with at first is gone.
    let old = old::node(store, Some(&two));
    assert_eq!(client.at(&old).post("/end-all/ann").await.ok(), "1");
}

/// In its cookie, where nobody can tell a log-out from another log-in.
async fn nobody_logs_in_over_it_behind_a_log_out<S: TestStore>(store: S) {
    let keys = KeyRing::generate().expect("the system has random bytes");
    let (old, new) = (old::sealed_cookie(store.clone(), &keys), new::sealed_cookie(store, &keys));
    let client = ann(&old).await;
    client.clone().post("/log-out").await.ok();
    let reply = client.at(&new).post("/log-in/7").await;
    assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: Cookie");
}
