//! The back button after a log-out, with and without the back/forward cache.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, Redirect, Response};
use axum::routing::{get, post};
use session_axum::{
    ClearSiteData, MemoryStore, PrivatePages, Session, Sessions, require_session, session,
};
use thirtyfour::By;

use super::site::{Site, page};
use super::visitor::Visitor;

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
    /// How often the account's page was asked for.
    asked: Arc<AtomicUsize>,
}

async fn log_in_form() -> Html<String> {
    page("Log in", &[("go", "/log-in")])
}

#[require_session]
async fn log_in(shop: &mut Shop) -> Redirect {
    shop.user = Some("ann".to_owned());
    Redirect::to("/")
}

async fn counted(State(asked): State<Arc<AtomicUsize>>, request: Request, next: Next) -> Response {
    asked.fetch_add(1, Ordering::SeqCst);
    next.run(request).await
}

#[require_session(authenticated, or_redirect = "/login")]
async fn account(shop: &Shop) -> Html<String> {
    let name = shop.user.as_deref().unwrap_or_default();
    page(&format!("Hello, {name}"), &[("out", "/log-out"), ("clear", "/log-out-and-clear")])
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) -> Redirect {
    session.destroy();
    Redirect::to("/login")
}

#[require_session]
async fn log_out_and_clear(session: &mut Session<Shop>) -> (ClearSiteData, Redirect) {
    session.destroy();
    (ClearSiteData, Redirect::to("/login"))
}

async fn start(pages: PrivatePages) -> (Site, Arc<AtomicUsize>) {
    let sessions = Sessions::builder(MemoryStore::new()).cache_control(pages).build();
    let asked = Arc::default();
    let app = App { sessions: sessions.expect("the options are sound"), asked: Arc::clone(&asked) };
    let router = Router::new()
        .route("/", get(account))
        .route_layer(from_fn_with_state(app.clone(), counted))
        .route("/login", get(log_in_form))
        .route("/log-in", post(log_in))
        .route("/log-out", post(log_out))
        .route("/log-out-and-clear", post(log_out_and_clear));
    (Site::start(router.with_state(app)).await, asked)
}

/// Logs in and out, presses the back button, and answers what is shown then and how often the
/// server was asked for it.
///
/// The account is looked at anew after the log-in: of a page that the log-in itself led to, Chromium 156
/// sets the cookie of the log-in off against the removal of the log-out, and restores it all the same.
async fn goes_back_after(ann: &Visitor, asked: &AtomicUsize, way: &str) -> (String, usize) {
    ann.goes_to("/login").await;
    ann.clicks("#go").await;
    ann.is_at("Hello, ann").await;
    ann.goes_to("/").await;
    ann.clicks(way).await;
    ann.is_at("Log in").await;
    let before = asked.load(Ordering::SeqCst);
    ann.goes_back().await;
    let shown = ann.browser.find(By::Css("h1")).await.expect("a page is shown");
    let shown = shown.text().await.expect("it has a heading");
    (shown, asked.load(Ordering::SeqCst) - before)
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_log_out_the_back_button_asks_the_server_and_shows_the_log_in() {
    let (site, asked) = start(PrivatePages::NoStore).await;
    let ann = Visitor::of(site.port).await;
    for way in ["#out", "#clear"] {
        assert_eq!(goes_back_after(&ann, &asked, way).await, ("Log in".to_owned(), 1), "{way}");
    }
    ann.leaves().await;
}

/// What the test above would not see in a browser without a back/forward cache.
#[tokio::test(flavor = "multi_thread")]
async fn switched_off_the_back_button_shows_the_account_whatever_the_log_out_cleared() {
    let (site, asked) = start(PrivatePages::Unset).await;
    let ann = Visitor::of(site.port).await;
    for way in ["#out", "#clear"] {
        assert_eq!(goes_back_after(&ann, &asked, way).await, ("Hello, ann".to_owned(), 0), "{way}");
    }
    ann.leaves().await;
}
