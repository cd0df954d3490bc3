//! What becomes of each call on a session of tower-sessions.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Router, middleware};
use session_axum::testing::Operation;
use session_axum::{Handle, RequestSession, Session as Typed, require_session};
use session_tower::Bridge;
use tokio::sync::Notify;

use super::tower_sessions::Expiry;
use super::tower_sessions::session::{Error, Id, Session};
use crate::shop::Shop;
use crate::site::Site;

#[tokio::test]
async fn what_is_inserted_is_part_of_the_typed_session() {
    let visit = async |session: Session| {
        let visits = session.get::<u64>("visits").await.unwrap().unwrap_or_default() + 1;
        session.insert("visits", visits).await.unwrap();
        visits.to_string()
    };
    #[require_session]
    async fn typed(shop: &mut Shop) -> String {
        let before = shop.values.insert("visits".to_owned(), 7.into());
        before.unwrap_or_default().to_string()
    }
    let site = Site::new(Router::new().route("/visit", post(visit)).route("/typed", post(typed)));
    assert_eq!(site.client.post("/visit").await.text(), "1");
    assert_eq!(site.client.post("/visit").await.text(), "2");
    assert_eq!(site.client.post("/typed").await.text(), "2");
    assert_eq!(site.client.post("/visit").await.text(), "8");
    assert_eq!(site.stored().await.unwrap().values["visits"], 8);
    assert_eq!(site.client.copy().post("/visit").await.text(), "9");
}

#[tokio::test]
async fn a_request_in_which_nobody_asks_loads_nothing_and_says_nothing_of_sessions() {
    let routes = Router::new()
        .route("/static", get(async |_: Session| "text"))
        .route(
            "/read",
            get(async |session: Session| {
                session.get_value("a").await.unwrap().unwrap_or_default().to_string()
            }),
        )
        .route("/same", post(async |session: Session| session.insert("a", 1).await.unwrap()));
    let site = Site::new(routes).with_session().await;
    let reply = site.client.get("/static").await;
    assert_eq!((site.store.take_calls(), reply.header("vary")), (vec![], None));
    let reply = site.client.get("/read").await;
    assert_eq!((reply.text(), reply.header("vary")), ("1", Some("Cookie")));
    site.client.post("/same").await.assert_status(200);
    assert_eq!((site.store.count(Operation::Load), site.writes()), (2, 0));
}

#[tokio::test]
async fn an_anonymous_visitor_who_only_looks_gets_no_session_but_the_page_varies() {
    let read = async |session: Session| session.get_value("a").await.unwrap().is_some().to_string();
    let site = Site::new(Router::new().route("/", get(read)));
    let reply = site.client.get("/").await;
    assert_eq!((reply.text(), reply.header("vary")), ("false", Some("Cookie")));
    assert_eq!((site.cookie(), site.store.take_calls()), (None, vec![]));
}

#[tokio::test]
async fn clear_removes_the_values_and_leaves_the_typed_fields() {
    let loaded = async |session: Session| {
        session.get_value("a").await.unwrap();
        session.clear().await;
        session.insert("c", 3).await.unwrap();
    };
    let routes = Router::new()
        .route("/clear", post(async |session: Session| session.clear().await))
        .route("/loaded", post(loaded));
    for (path, keys) in [("/clear", &[][..]), ("/loaded", &["c"])] {
        let site = Site::new(routes.clone()).with_session().await;
        let cookie = site.cookie();
        site.client.post(path).await.assert_status(200);
        assert_eq!(site.stored_keys().await, (keys.iter().map(ToString::to_string).collect(), 1));
        assert_eq!(site.cookie(), cookie);
    }
}

#[tokio::test]
async fn cycle_id_gives_the_session_a_new_secret() {
    let cycle = async |session: Session| {
        session.cycle_id().await.unwrap();
        session.insert("c", 3).await.unwrap();
    };
    let bare = async |session: Session| session.cycle_id().await.unwrap();
    let routes = Router::new().route("/cycle", post(cycle)).route("/bare", post(bare));
    for (path, keys) in [("/cycle", &["a", "b", "c"][..]), ("/bare", &["a", "b"])] {
        let site = Site::new(routes.clone()).with_session().await;
        let (cookie, thief) = (site.cookie(), site.client.copy());
        site.client.post(path).await.assert_status(200);
        assert_ne!(site.cookie(), cookie);
        assert_eq!(site.stored_keys().await, (keys.iter().map(ToString::to_string).collect(), 1));
        let seen = session_axum::testing::stored(&site.sessions, &thief).await;
        assert!(seen.is_none(), "the former cookie is dead");
        assert_eq!(site.store.count(Operation::Delete), 0, "it is the same session");
    }
}

/// The session has nothing and no id then, for which tower-sessions writes nothing.
#[tokio::test]
async fn the_last_value_is_removed_beside_a_cycle_id() {
    let log_out = async |session: Session| {
        session.remove_value("a").await.unwrap();
        session.remove_value("b").await.unwrap();
        session.cycle_id().await.unwrap();
    };
    let site = Site::new(Router::new().route("/", post(log_out))).with_session().await;
    site.client.post("/").await.assert_status(200);
    assert_eq!(site.stored_keys().await, (vec![], 1));
}

#[tokio::test]
async fn flush_and_delete_destroy_the_session() {
    let flush = async |session: Session| session.flush().await.unwrap();
    let loaded = async |session: Session| {
        session.get_value("a").await.unwrap();
        session.flush().await.unwrap();
        assert_eq!(session.get_value("a").await.unwrap(), None);
    };
    let delete = async |session: Session| session.delete().await.unwrap();
    let changed = async |session: Session| {
        session.insert("c", 3).await.unwrap();
        session.save().await.unwrap();
        session.flush().await.unwrap();
    };
    let deleted = async |session: Session| {
        session.insert("c", 3).await.unwrap();
        session.delete().await.unwrap();
        session.insert("a", 1).await.unwrap();
    };
    let routes = Router::new()
        .route("/flush", post(flush))
        .route("/loaded", post(loaded))
        .route("/delete", post(delete))
        .route("/changed", post(changed))
        .route("/deleted", post(deleted));
    for path in ["/flush", "/loaded", "/delete", "/changed", "/deleted"] {
        let site = Site::new(routes.clone()).with_session().await;
        let thief = site.client.copy();
        site.client.post(path).await.assert_status(200);
        assert_eq!(site.cookie(), None, "{path}");
        assert!(session_axum::testing::stored(&site.sessions, &thief).await.is_none());
        assert_eq!(site.store.count(Operation::Delete), 1, "{path}");
    }
}

#[tokio::test]
async fn what_is_inserted_after_a_flush_begins_a_session_of_its_own() {
    let flush = async |session: Session| {
        session.flush().await.unwrap();
        session.insert("a", 1).await.unwrap();
    };
    let cycled = async |session: Session| {
        session.flush().await.unwrap();
        session.cycle_id().await.unwrap();
        session.insert("a", 1).await.unwrap();
    };
    let delete = async |session: Session| {
        session.get_value("a").await.unwrap();
        session.delete().await.unwrap();
        session.insert("a", 3).await.unwrap();
    };
    let loaded = async |session: Session| {
        session.delete().await.unwrap();
        session.load().await.unwrap();
        assert_eq!(session.get_value("b").await.unwrap(), None);
        session.insert("a", 1).await.unwrap();
    };
    let routes = Router::new()
        .route("/flush", post(flush))
        .route("/cycled", post(cycled))
        .route("/delete", post(delete))
        .route("/loaded", post(loaded));
    for path in ["/flush", "/cycled", "/delete", "/loaded"] {
        let site = Site::new(routes.clone()).with_session().await;
        let thief = site.client.copy();
        site.client.post(path).await.assert_status(200);
        assert_eq!(site.stored_keys().await, (vec!["a".to_owned()], 0), "{path}");
        assert!(session_axum::testing::stored(&site.sessions, &thief).await.is_none());
    }
}

#[tokio::test]
async fn load_answers_what_the_request_has_left_so_far() {
    let load = async |session: Session| {
        session.insert("a", 5).await.unwrap();
        session.save().await.unwrap();
        session.insert("a", 6).await.unwrap();
        session.load().await.unwrap();
        session.get_value("a").await.unwrap().unwrap_or_default().to_string()
    };
    let site = Site::new(Router::new().route("/", post(load))).with_session().await;
    assert_eq!(site.client.post("/").await.text(), "5");
    assert_eq!(site.stored().await.unwrap().values["a"], 5);
}

#[tokio::test]
async fn nothing_is_stored_with_a_server_error() {
    let fail = async |session: Session| {
        session.insert("c", 3).await.unwrap();
        session.save().await.unwrap();
        session.flush().await.unwrap();
        StatusCode::INTERNAL_SERVER_ERROR
    };
    let site = Site::new(Router::new().route("/", post(fail))).with_session().await;
    site.client.post("/").await.assert_status(500);
    assert_eq!(site.writes(), 0);
    assert_eq!(site.stored_keys().await, (vec!["a".to_owned(), "b".to_owned()], 1));
}

#[tokio::test]
async fn with_commit_always_a_server_error_stores_what_was_changed() {
    let fail = async |session: Session| {
        session.insert("c", 3).await.unwrap();
        StatusCode::INTERNAL_SERVER_ERROR
    };
    let routes = Router::new().route("/", post(fail));
    let site = Site::with(routes, Bridge::commit_always).with_session().await;
    site.client.post("/").await.assert_status(500);
    assert_eq!(site.stored_keys().await.0, ["a", "b", "c"]);
}

#[tokio::test]
async fn an_expiry_has_no_effect_and_is_warned_of() {
    let expire = async |session: Session| session.set_expiry(Some(Expiry::OnSessionEnd));
    let site = Site::new(Router::new().route("/", post(expire))).with_session().await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let reply = site.client.post("/").await;
    drop(guard);
    assert_eq!((reply.assert_status(200).set_cookies().len(), site.writes()), (0, 0));
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("`set_expiry` has no effect here"), "{log}");
}

/// What is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn typed_code_around_keeps_what_it_has_changed_in_the_values() {
    let string = async |session: Session| {
        session.insert("a", 5).await.unwrap();
        session.remove_value("b").await.unwrap();
    };
    let routes = Router::new().route("/", post(string)).layer(middleware::from_fn(
        async |session: RequestSession<Shop>, request, next: middleware::Next| {
            let response = next.run(request).await;
            let typed = |shop: &mut Typed<Shop>| {
                shop.values.insert("typed".to_owned(), 1.into());
                shop.cart.push("jam".to_owned());
            };
            session.change(typed).unwrap();
            response
        },
    ));
    let site = Site::new(routes).with_session().await;
    site.client.post("/").await.assert_status(200);
    assert_eq!(site.stored_keys().await, (vec!["a".to_owned(), "typed".to_owned()], 2));
    assert_eq!(site.stored().await.unwrap().values["a"], 5);
}

#[tokio::test]
async fn of_two_requests_at_once_each_keeps_the_keys_that_it_changed() {
    let (waits, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (waiting, going_on) = (Arc::clone(&waits), Arc::clone(&goes_on));
    let slow = async move |session: Session| {
        session.insert("slow", 1).await.unwrap();
        session.remove_value("a").await.unwrap();
        waiting.notify_one();
        going_on.notified().await;
    };
    let fast = async |session: Session| {
        session.insert("fast", 1).await.unwrap();
        session.remove_value("b").await.unwrap();
    };
    let routes = Router::new().route("/fast", post(fast)).route("/slow", post(slow));
    let site = Site::new(routes).with_session().await;
    let client = site.client.clone();
    let slow = tokio::spawn(async move { client.post("/slow").await.assert_status(200) });
    waits.notified().await;
    site.client.post("/fast").await.assert_status(200);
    goes_on.notify_one();
    slow.await.unwrap();
    assert_eq!(site.stored_keys().await, (vec!["fast".to_owned(), "slow".to_owned()], 1));
}

#[require_session]
async fn both(shop: &mut Shop, session: Session) -> Result<(), StatusCode> {
    let failed = |error: Error| {
        assert!(error.to_string().contains("`.load_first()`"), "{error}");
        StatusCode::IM_A_TEAPOT
    };
    shop.cart.push("jam".to_owned());
    session.insert("c", 3).await.map_err(failed)?;
    session.cycle_id().await.map_err(failed)
}

#[tokio::test]
async fn a_function_that_holds_the_session_uses_the_other_one_if_that_is_loaded_first() {
    let routes = Router::new().route("/", post(both));
    let site = Site::with(routes.clone(), Bridge::load_first).with_session().await;
    let cookie = site.cookie();
    site.client.post("/").await.assert_status(200);
    let keys = ["a", "b", "c"].map(ToOwned::to_owned).to_vec();
    assert_eq!(site.stored_keys().await, (keys, 2));
    assert_ne!(site.cookie(), cookie);

    let site = Site::new(routes).with_session().await;
    site.client.post("/").await.assert_status(500);
    assert_eq!(site.writes(), 0);
}

#[tokio::test]
async fn the_id_is_the_handle_where_the_session_is_loaded_first() {
    let id = async |session: Session, typed: RequestSession<Shop>| {
        let handle = typed.read(Typed::handle).unwrap();
        assert_eq!(session.id().map(|Id(id)| Handle::from_bytes(id.to_le_bytes())), handle);
        assert_eq!(session.is_empty().await, handle.is_none());
        handle.is_some().to_string()
    };
    let site = Site::with(Router::new().route("/", get(id)), Bridge::load_first);
    assert_eq!(site.client.get("/").await.text(), "false");
    let site = site.with_session().await;
    assert_eq!(site.client.get("/").await.text(), "true");
}

#[tokio::test]
async fn otherwise_the_id_is_another_one_in_each_request() {
    let id = async |session: Session| session.id().unwrap().to_string();
    let site = Site::new(Router::new().route("/", get(id))).with_session().await;
    assert_ne!(site.client.get("/").await.text(), site.client.get("/").await.text());
}
