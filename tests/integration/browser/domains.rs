//! `Cookie::domain` in a browser: the domain is widened and narrowed, and one application lies below another.
//!
//! A browser finds all names that end in `localhost` on its own machine.

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use session_axum::{MemoryStore, Session, SessionCookie, Sessions, require_session, session};

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
}

#[require_session]
async fn home(shop: &Shop) -> Html<String> {
    let name = shop.user.as_deref().unwrap_or("nobody");
    let buttons = [("ann", "/log-in/ann"), ("bob", "/log-in/bob"), ("out", "/log-out")];
    page(&format!("Hello, {name}"), &buttons)
}

#[require_session]
async fn log_in(shop: &mut Shop, Path(user): Path<String>) -> Redirect {
    shop.user = Some(user);
    Redirect::to("/")
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) -> Redirect {
    session.destroy();
    Redirect::to("/")
}

/// A deployment whose cookie is for this domain.
async fn deploy(store: &MemoryStore, domain: &str) -> Site {
    let cookie = SessionCookie::domain("session", domain).expect("a name and a domain");
    let sessions = Sessions::builder(store.clone()).cookie(cookie).build();
    let router = Router::new()
        .route("/", get(home))
        .route("/log-in/{user}", post(log_in))
        .route("/log-out", post(log_out));
    Site::start(router.with_state(App { sessions: sessions.expect("the options are sound") })).await
}

/// Goes to the deployment at this host, and finds somebody logged in there.
async fn finds(visitor: &Visitor, (site, host): (&Site, &str), name: &str) {
    let url = format!("http://{host}.localhost:{}/", site.port);
    visitor.browser.goto(url).await.expect("the page answers");
    visitor.is_at(&format!("Hello, {name}")).await;
}

async fn jar(visitor: &Visitor) -> Vec<Option<String>> {
    let cookies = visitor.browser.get_all_cookies().await.expect("the browser runs");
    cookies.into_iter().map(|cookie| cookie.domain).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_is_widened_and_narrowed_locks_nobody_out() {
    let store = MemoryStore::new();
    let narrow = deploy(&store, "app.shop.localhost").await;
    let wide = deploy(&store, "shop.localhost").await;
    let (narrow, wide) = ((&narrow, "app.shop"), (&wide, "app.shop"));
    let ann = Visitor::at(String::new()).await;
    for (before, after, domain) in
        [(narrow, wide, ".shop.localhost"), (wide, narrow, ".app.shop.localhost")]
    {
        finds(&ann, before, "nobody").await;
        ann.clicks("#ann").await;
        ann.is_at("Hello, ann").await;
        finds(&ann, after, "ann").await;
        ann.clicks("#bob").await;
        ann.is_at("Hello, bob").await;
        assert_eq!(jar(&ann).await, [Some(domain.to_owned())]);
        finds(&ann, after, "bob").await;
        ann.clicks("#out").await;
        ann.is_at("Hello, nobody").await;
        ann.has_an_empty_jar().await;
    }
    ann.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staging_below_production_locks_nobody_out() {
    let production = deploy(&MemoryStore::new(), "shop.localhost").await;
    let staging = deploy(&MemoryStore::new(), "staging.shop.localhost").await;
    let (production, staging) = ((&production, "shop"), (&staging, "staging.shop"));
    let ann = Visitor::at(String::new()).await;
    finds(&ann, production, "nobody").await;
    ann.clicks("#ann").await;
    ann.is_at("Hello, ann").await;
    finds(&ann, staging, "nobody").await;
    ann.clicks("#bob").await;
    ann.is_at("Hello, bob").await;
    finds(&ann, production, "nobody").await;
    ann.clicks("#ann").await;
    ann.is_at("Hello, ann").await;
    finds(&ann, staging, "bob").await;
    ann.clicks("#out").await;
    ann.is_at("Hello, nobody").await;
    ann.has_an_empty_jar().await;
    ann.leaves().await;
}
