//! The journeys of a browser from the application to the provider and back.

use tokio::net::TcpListener;

use super::app::router;
use super::provider::Provider;
use crate::browser::site::Site;
use crate::browser::visitor::Visitor;

/// The application and the provider: two sites, for a browser.
struct Sites {
    app: Site,
    _provider: Site,
}

impl Sites {
    async fn start() -> Self {
        let [app, provider] = [listener().await, listener().await];
        let port = |listener: &TcpListener| listener.local_addr().expect("it listens").port();
        let origins = [
            format!("http://127.0.0.1:{}", port(&provider)),
            format!("http://localhost:{}", port(&app)),
        ];
        let at = Provider::new(&origins[0], &origins[1]);
        let provider = Site::start_on(provider, at.router());
        Self { app: Site::start_on(app, router(at)), _provider: provider }
    }
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a port is free")
}

/// Leaves for the provider, and says yes there.
async fn leave(visitor: &Visitor, mode: &str) {
    visitor.goes_to("/").await;
    visitor.clicks(&format!("#{mode}")).await;
    visitor.clicks("#yes").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_redirected_back_from_the_provider_is_logged_in_and_has_the_cart() {
    let sites = Sites::start().await;
    let visitor = Visitor::of(sites.app.port).await;
    leave(&visitor, "query").await;
    visitor.sees("h1", "Hello, ann").await;
    visitor.sees("#cart", "tea").await;
    visitor.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_posts_back_is_sent_on_to_a_page_of_our_own_and_logs_in() {
    let sites = Sites::start().await;
    let visitor = Visitor::of(sites.app.port).await;
    leave(&visitor, "form_post").await;
    visitor.clicks("#back").await;
    visitor.sees("h1", "Hello, ann").await;
    visitor.sees("#cart", "tea").await;
    visitor.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_posted_into_the_session_finds_none_and_takes_none_away() {
    let sites = Sites::start().await;
    let visitor = Visitor::of(sites.app.port).await;
    leave(&visitor, "query").await;
    visitor.sees("h1", "Hello, ann").await;
    let before = visitor.cookie("__Host-session").await;
    leave(&visitor, "form_post_into_the_session").await;
    visitor.clicks("#back").await;
    visitor.sees("h1", "No log-in is under way").await;
    visitor.goes_to("/").await;
    visitor.sees("h1", "Hello, ann").await;
    visitor.sees("#cart", "tea,tea").await;
    assert_eq!(visitor.cookie("__Host-session").await, before, "the cookie is the one that it was");
    visitor.leaves().await;
}
