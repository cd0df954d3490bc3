//! A principal whose type has changed: what one release wrote of it does not decode in the other, to which
//! the session is nobody knows whose.

use axum::extract::{FromRef, Path};
use axum::routing::{get, post};
use axum::{Json, Router};
use session_axum::{Session, Sessions, require_session, session};
use session_test_support::Client;
use session_tests::{TestStore, on_each_store};

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
            async fn add(shop: &mut Shop, Path(sku): Path<String>) {
                shop.cart.push(sku);
            }

            #[require_session]
            async fn theme(shop: &mut Shop, Path(theme): Path<String>) {
                shop.theme = theme;
            }

            #[derive(Clone, FromRef)]
            struct AppState {
                sessions: Sessions<Shop>,
            }

            pub(super) fn router<S: TestStore>(store: S) -> Router {
                let builder = Sessions::builder(store).without_cleaner();
                let sessions = builder.build().expect("the defaults are sound");
                Router::new()
                    .route("/", get(show))
                    .route("/log-in/{user}", post(log_in))
                    .route("/assign/{user}", post(assign))
                    .route("/add/{sku}", post(add))
                    .route("/theme/{theme}", post(theme))
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
    let (old, new) = (old::router(store.clone()), new::router(store));
    for path in ["/log-in/7", "/assign/7"] {
        let mut client = ann(&old).await.at(&new);
        client.post(path).await.ok();
        let seven = r#"{"user":7,"cart":[],"theme":"dark"}"#;
        assert_eq!(client.get("/").await.ok(), seven, "{path}");
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
