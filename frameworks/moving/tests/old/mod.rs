//! The shop as it was on each library: each begins a session of user 7, with a pear, and answers its cookie.

use std::fmt::Debug;
use std::process::Stdio;

use axum::Router;
use axum::routing::get;
use axum_session::DatabasePool;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::{cookie_of, value_of, with_a_pear};

/// Of what the key of actix-session's cookies is made.
pub(crate) const KEY_BYTES: [u8; 64] = [7; 64];

pub(crate) async fn tower_sessions(store: impl tower_sessions::SessionStore + Clone) -> String {
    let begin = async |session: tower_sessions::Session| {
        let (key, shop) = with_a_pear();
        session.insert(key, shop).await.expect("the store answers");
    };
    let router =
        Router::new().route("/", get(begin)).layer(tower_sessions::SessionManagerLayer::new(store));
    cookie_of(router, "/", "id").await
}

pub(crate) async fn axum_session<P>(pool: P, config: axum_session::SessionConfig) -> String
where
    P: DatabasePool + Clone + Debug + Send + Sync + 'static,
{
    let store = axum_session::SessionStore::new(Some(pool), config).await.expect("it is up");
    let begin = async |session: axum_session::Session<P>| {
        let (key, shop) = with_a_pear();
        session.set(key, shop);
    };
    let router = Router::new().route("/", get(begin)).layer(axum_session::SessionLayer::new(store));
    cookie_of(router, "/", "session").await
}

/// The answer of an application on actix-web to one request. actix-web has a runtime of its own.
macro_rules! actix {
    ($store:expr) => {
        tokio::task::spawn_blocking(|| {
            actix_web::rt::System::new().block_on(async {
                use actix_session::{Session, SessionMiddleware};
                use actix_web::{App, cookie::Key, test, web};

                async fn begin(session: Session) -> &'static str {
                    let (key, shop) = with_a_pear();
                    session.insert(key, shop).expect("it is JSON");
                    ""
                }

                let sessions = SessionMiddleware::new($store, Key::from(&KEY_BYTES));
                let app = App::new().wrap(sessions).route("/", web::get().to(begin));
                let app = test::init_service(app).await;
                let request = test::TestRequest::get().uri("/").to_request();
                let response = test::call_service(&app, request).await;
                let lines = response.headers().get_all("set-cookie");
                let lines: Vec<_> = lines.filter_map(|line| line.to_str().ok()).collect();
                value_of(&lines, "id")
            })
        })
        .await
        .expect("it does not panic")
    };
}

pub(crate) async fn actix_session_on_redis(url: String) -> String {
    use actix_session::storage::RedisSessionStore;

    actix!(RedisSessionStore::new(url).await.expect("the server is up"))
}

pub(crate) async fn actix_session_in_cookies() -> String {
    actix!(actix_session::storage::CookieSessionStore::default())
}

pub(crate) async fn express(redis: &str, secret: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/express");
    let installed = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(folder)
        .output()
        .await
        .expect("this test needs Node: apt-get install nodejs npm");
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    let mut node = Command::new("node")
        .args(["shop.mjs", redis, secret])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node is there");
    let mut lines = BufReader::new(node.stdout.take().expect("it is piped")).lines();
    let port = lines.next_line().await.expect("it can be read").expect("it says its port");
    let url = format!("http://127.0.0.1:{port}/begin/7");
    let answer = Command::new("curl").args(["-sS", "-i", &url]).output().await.expect("curl");
    let text = String::from_utf8(answer.stdout).expect("it is ASCII");
    let lines: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("Set-Cookie: ")).collect();
    value_of(&lines, "connect.sid")
}
