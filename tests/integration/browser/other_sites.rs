//! Two sites in one browser: a form of one posts to the other, with which browsers send no session cookie.

use axum::Router;
use axum::extract::{FromRef, RawQuery, State};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use session_axum::{MemoryStore, Session, Sessions, require_session, session};
use tokio::net::TcpListener;

use super::site::{Site, page};
use super::visitor::Visitor;

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    /// The log-in at the provider that is under way.
    flow: Option<String>,
    hooks: u64,
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
    provider: Provider,
}

/// The origin of the other site.
#[derive(Clone)]
struct Provider(String);

#[require_session]
async fn home(shop: &Shop) -> Html<String> {
    let name = shop.user.as_deref().unwrap_or("nobody");
    page(&format!("Hello, {name}"), &[("ann", "/log-in"), ("leave", "/leave")])
}

#[require_session]
async fn log_in(shop: &mut Shop) -> Redirect {
    shop.user = Some("ann".to_owned());
    Redirect::to("/")
}

/// Open to every site, and it writes.
#[require_session(cross_site)]
async fn hook(session: &mut Session<Shop>) -> Html<String> {
    session.hooks += 1;
    page(if session.is_withheld() { "Withheld" } else { "Counted" }, &[])
}

#[require_session]
async fn leave(shop: &mut Shop, State(Provider(origin)): State<Provider>) -> Redirect {
    shop.flow = Some("state=a".to_owned());
    Redirect::to(&format!("{origin}/provider"))
}

/// Where the provider posts its answer: without the cookie.
#[require_session(cross_site)]
async fn callback(_session: &Session<Shop>, RawQuery(query): RawQuery) -> Redirect {
    Redirect::to(&format!("/finish?{}", query.unwrap_or_default()))
}

/// The page of one's own that it leads to: with the cookie.
#[require_session]
async fn finish(shop: &mut Shop, RawQuery(query): RawQuery) -> Redirect {
    if shop.flow.take() == query {
        shop.user = Some("carol".to_owned());
    }
    Redirect::to("/")
}

/// The shop at `localhost`, and another site at `127.0.0.1` with forms to it.
async fn start() -> (Site, Site) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let shop = format!("http://localhost:{}", listener.local_addr().expect("it listens").port());
    let (to_hook, to_callback) = (format!("{shop}/hook"), format!("{shop}/callback?state=a"));
    let other = Router::new()
        .route("/evil", get(async move || page("A cat", &[("go", &to_hook)])))
        .route("/provider", get(async move || page("Example ID", &[("go", &to_callback)])));
    let other = Site::start(other).await;
    let sessions = Sessions::builder(MemoryStore::new()).build().expect("the options are sound");
    let provider = Provider(format!("http://127.0.0.1:{}", other.port));
    let router = Router::new()
        .route("/", get(home))
        .route("/log-in", post(log_in))
        .route("/hook", post(hook))
        .route("/leave", post(leave))
        .route("/callback", post(callback))
        .route("/finish", get(finish));
    (Site::start_on(listener, router.with_state(App { sessions, provider })), other)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_logs_nobody_out() {
    let (shop, other) = start().await;
    let ann = Visitor::of(shop.port).await;
    ann.goes_to("/").await;
    ann.clicks("#ann").await;
    ann.is_at("Hello, ann").await;
    let evil = format!("http://127.0.0.1:{}/evil", other.port);
    ann.browser.goto(evil).await.expect("the page answers");
    ann.clicks("#go").await;
    ann.is_at("Withheld").await;
    ann.goes_to("/").await;
    ann.is_at("Hello, ann").await;
    ann.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_that_another_site_posts_back_goes_on_at_a_page_of_ones_own() {
    let (shop, _other) = start().await;
    let carol = Visitor::of(shop.port).await;
    carol.goes_to("/").await;
    carol.clicks("#leave").await;
    carol.is_at("Example ID").await;
    carol.clicks("#go").await;
    carol.is_at("Hello, carol").await;
    carol.leaves().await;
}
