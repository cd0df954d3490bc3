//! A log-out that clears the site's data, and says good-bye on the next page.

use axum::Router;
use axum::extract::FromRef;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use session_axum::{ClearSiteData, MemoryStore, Session, Sessions, require_session, session};

use super::site::{Site, page};
use super::visitor::Visitor;

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    notice: Option<String>,
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

#[require_session]
async fn home(shop: &mut Shop) -> Html<String> {
    let greeting = shop.user.as_ref().map(|user| format!("Hello, {user}"));
    let heading = shop.notice.take().or(greeting).unwrap_or_else(|| "Nobody".to_owned());
    page(&heading, &[("in", "/log-in"), ("out", "/log-out")])
}

#[require_session]
async fn log_in(shop: &mut Shop) -> Redirect {
    shop.user = Some("ann".to_owned());
    Redirect::to("/")
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) -> (ClearSiteData, Redirect) {
    session.destroy();
    session.notice = Some("Good-bye!".to_owned());
    (ClearSiteData, Redirect::to("/"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_farewell_is_seen_after_a_log_out_that_clears_the_sites_data() {
    let sessions = Sessions::builder(MemoryStore::new()).build().expect("the options are sound");
    let router = Router::new()
        .route("/", get(home))
        .route("/log-in", post(log_in))
        .route("/log-out", post(log_out))
        .with_state(App { sessions });
    let site = Site::start(router).await;
    let ann = Visitor::of(site.port).await;
    ann.goes_to("/").await;
    ann.clicks("#in").await;
    ann.is_at("Hello, ann").await;
    ann.clicks("#out").await;
    ann.is_at("Good-bye!").await;
    ann.goes_to("/").await;
    ann.is_at("Nobody").await;
    ann.leaves().await;
}
