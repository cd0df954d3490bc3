//! The application in this process, with browsers without windows and a clock that is moved by hand.

use std::error::Error;
use std::time::Duration;

use session_axum::testing::{Client, Clock, Reply};
use tempfile::TempDir;

use super::{App, DEVICES, routes, sessions};

const PASSWORD: &str = "correct horse battery";

struct Accounts {
    /// Where users and sessions are.
    _directory: TempDir,
    clock: Clock,
    browser: Client,
}

impl Accounts {
    async fn open() -> Result<Self, Box<dyn Error>> {
        let directory = tempfile::tempdir()?;
        let (file, clock) = (directory.path().join("accounts.db"), Clock::new());
        let origin = "https://shop.example";
        let sessions = sessions(&file).await?.clock(clock.reader()).build()?;
        let app = App::open(&file, origin, sessions).await?;
        let browser = Client::new(routes(app, origin)).base_url(origin).clock(&clock).navigating();
        Ok(Self { _directory: directory, clock, browser })
    }

    /// Another browser, without cookies.
    fn another(&self) -> Client {
        let other = self.browser.copy();
        other.remove_cookie("__Host-session");
        other
    }
}

async fn submit(browser: &Client, path: &str, password: &str) -> Reply {
    browser.form(path, &[("name", "ann"), ("password", password)]).await
}

#[tokio::test]
async fn whoever_signs_up_is_logged_in_and_comes_back() -> Result<(), Box<dyn Error>> {
    let accounts = Accounts::open().await?;
    accounts.browser.get("/").await.assert_redirect("/login?next=%2F");
    submit(&accounts.browser, "/signup", PASSWORD).await.assert_redirect("/");
    assert!(accounts.browser.get("/").await.text().contains("ann"));
    accounts.browser.post("/logout").await.assert_redirect("/login");
    submit(&accounts.browser, "/login", "a guess that is as long").await.assert_status(401);
    submit(&accounts.browser, "/login", PASSWORD).await.assert_redirect("/");
    Ok(())
}

#[tokio::test]
async fn a_device_is_logged_out_from_another() -> Result<(), Box<dyn Error>> {
    let accounts = Accounts::open().await?;
    let (laptop, phone) = (&accounts.browser, accounts.another());
    submit(laptop, "/signup", PASSWORD).await.assert_status(303);
    submit(&phone, "/login", PASSWORD).await.assert_status(303);
    laptop.post("/devices/others/end").await.assert_redirect("/devices");
    phone.get("/").await.assert_redirect("/login?next=%2F");
    laptop.get("/devices").await.assert_status(200);
    Ok(())
}

#[tokio::test]
async fn the_oldest_device_gives_way() -> Result<(), Box<dyn Error>> {
    let accounts = Accounts::open().await?;
    submit(&accounts.browser, "/signup", PASSWORD).await.assert_status(303);
    for _ in 0..DEVICES {
        accounts.clock.advance(Duration::from_mins(1));
        submit(&accounts.another(), "/login", PASSWORD).await.assert_status(303);
    }
    accounts.browser.get("/").await.assert_redirect("/login?next=%2F");
    Ok(())
}

#[tokio::test]
async fn a_password_is_changed_soon_after_a_log_in_alone() -> Result<(), Box<dyn Error>> {
    let accounts = Accounts::open().await?;
    submit(&accounts.browser, "/signup", PASSWORD).await.assert_status(303);
    accounts.browser.get("/password").await.assert_status(200);
    accounts.clock.advance(Duration::from_mins(30));
    let asked = accounts.browser.get("/password").await;
    assert!(asked.location().is_some_and(|to| to.starts_with("/confirm?next=")), "{asked:?}");
    submit(&accounts.browser, "/confirm", PASSWORD).await.assert_status(303);
    accounts.browser.get("/password").await.assert_status(200);
    Ok(())
}

#[tokio::test]
async fn who_is_remembered_outlives_the_browser() -> Result<(), Box<dyn Error>> {
    let accounts = Accounts::open().await?;
    submit(&accounts.browser, "/signup", PASSWORD).await.assert_status(303);
    let fields = [("name", "ann"), ("password", PASSWORD), ("remember", "on")];
    let remembered = accounts.another();
    remembered.form("/login", &fields).await.assert_status(303);
    for (browser, is_in) in [(&accounts.browser, false), (&remembered, true)] {
        browser.restart();
        assert_eq!(browser.get("/").await.status == 200, is_in);
    }
    Ok(())
}

#[tokio::test]
async fn another_site_ends_no_session_and_leads_nowhere() -> Result<(), Box<dyn Error>> {
    let accounts = Accounts::open().await?;
    submit(&accounts.browser, "/signup", PASSWORD).await.assert_status(303);
    let evil = accounts.browser.cross_site("https://evil.example");
    evil.post("/logout").await.assert_status(403);
    accounts.browser.get("/").await.assert_status(200);
    let fields = [("name", "ann"), ("password", PASSWORD), ("next", "https://evil.example/")];
    accounts.another().form("/login", &fields).await.assert_redirect("/");
    Ok(())
}
