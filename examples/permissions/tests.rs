//! The application's own tests: a browser without a window, and a database in a file of each test's own.

use axum::http::{Method, Request};
use session_axum::testing::{Client, Reply};
use session_axum::{MemoryStore, Sessions};
use tempfile::TempDir;

use super::*;
use crate::directory::UserId;

const ANN: UserId = 1;
const BEN: UserId = 2;
const CLEO: UserId = 3;
const DAN: UserId = 4;

const EDITORS: i64 = 2;

struct TestApp {
    app: App,
    _file: TempDir,
}

impl TestApp {
    async fn new() -> Self {
        let file = tempfile::tempdir().expect("a directory for the database");
        let directory = Directory::open(&file.path().join("permissions.db")).await;
        let sessions = with_pages(Sessions::builder(MemoryStore::new())).build();
        let app = App {
            sessions: sessions.expect("the options are sound"),
            directory: directory.expect("the database opens"),
        };
        Self { app, _file: file }
    }

    /// The browser of nobody yet.
    fn newcomer(&self) -> Client {
        Client::new(routes(self.app.clone()))
    }

    async fn browser_of(&self, user: UserId) -> Client {
        let client = self.newcomer();
        client.sign_in(&self.app.sessions, Member { user: Some(user) }).await;
        client
    }
}

async fn set_price(client: &Client, sku: &str, cents: u32) -> Reply {
    client.form(&format!("/prices/{sku}"), &[("cents", cents)]).await
}

async fn change(client: &Client, group: i64, permission: &str, to: &str) -> Reply {
    let fields = [("group", &*group.to_string()), ("permission", permission), ("to", to)];
    client.form("/admin/groups", &fields).await
}

#[tokio::test]
async fn a_group_that_loses_a_permission_loses_it_at_once() {
    let app = TestApp::new().await;
    let (ann, ben) = (app.browser_of(ANN).await, app.browser_of(BEN).await);
    set_price(&ben, "tea", 500).await.assert_redirect("/prices");
    change(&ann, EDITORS, "prices.edit", "taken").await.assert_redirect("/admin/groups");
    let refused = set_price(&ben, "tea", 1).await.assert_status(403);
    assert!(refused.text().contains("You may not do this."));
    let page = ben.get("/prices").await.assert_status(200);
    assert!(page.text().contains("500 cents"), "he may still read");
    change(&ann, EDITORS, "prices.read", "taken").await.assert_redirect("/admin/groups");
    ben.get("/prices").await.assert_status(403);
    change(&ann, EDITORS, "prices.edit", "given").await.assert_redirect("/admin/groups");
    set_price(&ben, "tea", 1).await.assert_status(403);
    change(&ann, EDITORS, "prices.read", "given").await.assert_redirect("/admin/groups");
    set_price(&ben, "tea", 600).await.assert_redirect("/prices");
}

#[tokio::test]
async fn each_route_asks_for_its_permission() {
    let app = TestApp::new().await;
    for (user, read, edit, admin, administer) in [
        (ANN, 200, 303, 200, 303),
        (BEN, 200, 303, 403, 403),
        (CLEO, 200, 403, 403, 403),
        (DAN, 403, 403, 403, 403),
    ] {
        let browser = app.browser_of(user).await;
        browser.get("/").await.assert_status(200);
        browser.get("/handbook/").await.assert_status(200);
        browser.get("/prices").await.assert_status(read);
        set_price(&browser, "tea", 500).await.assert_status(edit);
        browser.get("/admin/groups").await.assert_status(admin);
        change(&browser, EDITORS, "prices.edit", "given").await.assert_status(administer);
    }
}

/// The handler asks for itself: a gate that lets through is not enough.
#[tokio::test]
async fn who_reads_the_groups_is_no_administrator() {
    let app = TestApp::new().await;
    app.app.directory.give(EDITORS, "groups.read").await.expect("the database works");
    let ben = app.browser_of(BEN).await;
    ben.get("/admin/groups").await.assert_status(200);
    change(&ben, EDITORS, "prices.edit", "given").await.assert_status(403);
}

#[tokio::test]
async fn a_newcomer_is_sent_to_the_log_in_and_back() {
    let app = TestApp::new().await;
    let newcomer = app.newcomer();
    for path in ["/", "/handbook/", "/prices", "/admin/groups"] {
        newcomer.get(path).await.assert_status(401);
        let reply = newcomer.navigating().get(path).await;
        let log_in = reply.location().expect("it is a redirect");
        assert!(log_in.starts_with("/login?next="), "{log_in}");
    }
    newcomer.get("/login?next=/prices").await.assert_status(200);
    newcomer.form("/login", &[("user", "9"), ("next", "/prices")]).await.assert_status(401);
    newcomer.form("/login", &[("user", "3"), ("next", "/prices")]).await.assert_redirect("/prices");
    newcomer.get("/prices").await.assert_status(200);
    newcomer.post("/logout").await.assert_redirect("/login");
    newcomer.get("/prices").await.assert_status(401);
}

#[tokio::test]
async fn files_are_for_members_and_no_cache_keeps_them() {
    let app = TestApp::new().await;
    let cleo = app.browser_of(CLEO).await;
    let file = cleo.get("/handbook/index.html").await.assert_status(200);
    assert!(file.text().contains("<h1>Handbook</h1>"));
    assert_eq!(file.header("vary"), Some("Cookie"));
    assert!(file.header("cache-control").is_some_and(|value| value.contains("private")));
    cleo.get("/handbook/none.html").await.assert_status(404);
}

#[tokio::test]
async fn another_site_changes_nothing() {
    let app = TestApp::new().await;
    let ann = app.browser_of(ANN).await;
    let evil = ann.cross_site("https://evil.example");
    set_price(&evil, "tea", 1).await.assert_status(403);
    change(&evil, EDITORS, "prices.edit", "taken").await.assert_status(403);
    assert!(ann.get("/prices").await.text().contains(r#"value="450""#));
}

#[tokio::test]
async fn what_does_not_exist_is_not_changed() {
    let app = TestApp::new().await;
    let ann = app.browser_of(ANN).await;
    set_price(&ann, "cat", 1).await.assert_status(404);
    change(&ann, EDITORS, "all", "given").await.assert_status(404);
    let request = Request::builder().method(Method::DELETE).uri("/prices");
    ann.send(request.body(axum::body::Body::empty()).expect("it is a request"))
        .await
        .assert_status(405);
}

/// The database is filled once: what was changed is still so when the program starts again.
#[tokio::test]
async fn what_was_taken_stays_taken_after_a_restart() {
    let file = tempfile::tempdir().expect("a directory for the database");
    let file = file.path().join("permissions.db");
    let directory = Directory::open(&file).await.expect("the database opens");
    directory.take(EDITORS, "prices.edit").await.expect("the database works");
    let directory = Directory::open(&file).await.expect("the database opens");
    assert_eq!(directory.may(Some(BEN), "prices.edit").await.ok(), Some(false));
}
