//! A program that depends on the packaged crates through session-axum alone: a browser's requests to an
//! application whose session counts.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::FromRef;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::routing::post;
use session_axum::{
    PostgresStore, RedisStore, Session, Sessions, SqliteStore, Store, require_session, session,
};
use tower::ServiceExt;

type Failure = Box<dyn std::error::Error>;

#[session]
struct Shop {
    #[session(principal)]
    user: Option<u64>,
    #[session(merge = sum)]
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

/// Compiles for what can store sessions.
fn is_a_store<S: Store>() {}

/// What a browser with this cookie gets at a path: the page, and the cookie that it is told.
async fn request(
    app: &Router,
    path: &str,
    cookie: Option<&str>,
) -> Result<(String, Option<String>), Failure> {
    let mut request = Request::post(path);
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let response = app.clone().oneshot(request.body(Body::empty())?).await?;
    assert_eq!(response.status(), StatusCode::OK);
    let set = response.headers().get(header::SET_COOKIE).map(HeaderValue::to_str).transpose()?;
    let set = set.and_then(|set| set.split(';').next()).map(str::to_owned);
    let page = to_bytes(response.into_body(), 64).await?;
    Ok((String::from_utf8(page.to_vec())?, set))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    is_a_store::<PostgresStore>();
    is_a_store::<RedisStore>();

    let folder = tempfile::tempdir()?;
    let store = SqliteStore::open(folder.path().join("sessions.db")).await?;
    store.migrate().await?;
    let sessions = Sessions::builder(store).build()?;
    let routes = Router::new().route("/", post(visit)).route("/log_out", post(log_out));
    let app = routes.with_state(App { sessions });

    let (page, cookie) = request(&app, "/", None).await?;
    assert_eq!(page, "1");
    let cookie = cookie.ok_or("the session has a cookie")?;
    let (page, _) = request(&app, "/", Some(&cookie)).await?;
    assert_eq!(page, "2");
    let (_, removed) = request(&app, "/log_out", Some(&cookie)).await?;
    assert!(removed.is_some());
    let (page, another) = request(&app, "/", Some(&cookie)).await?;
    assert_eq!(page, "1");
    assert_ne!(another, Some(cookie));
    Ok(())
}
