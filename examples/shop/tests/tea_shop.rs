//! A tea shop in this process, and who visits it.

use session_axum::testing::{Client, Clock, FaultyStore, Reply};
use session_axum::{MemoryStore, Sessions};
use session_examples::place::Around as _;

use crate::app::{App, set_up};
use crate::journal::Journal;
use crate::routes;
use crate::traced_store::Traced;
use crate::users::User;

pub(super) struct TeaShop {
    pub(super) app: App,
    /// Its calls are traced, the failed ones too.
    pub(super) store: FaultyStore<MemoryStore>,
    pub(super) clock: Clock,
}

impl TeaShop {
    pub(super) fn open() -> Self {
        let (store, clock) = (FaultyStore::new(MemoryStore::new()), Clock::new());
        let journal = Journal::new("memory");
        let around = Traced(journal.clone()).around(store.clone());
        let sessions = set_up(Sessions::builder(around).clock(clock.reader()));
        let app = App::new(sessions.build().expect("the options are sound"), journal);
        Self { app, store, clock }
    }

    /// A browser without cookies, whose user navigates.
    pub(super) fn browser(&self) -> Client {
        Client::new(routes(self.app.clone())).clock(&self.clock).navigating()
    }

    /// A browser in which this user has logged in.
    pub(super) async fn browser_of(&self, user: &str) -> Client {
        let browser = self.browser();
        log_in(&browser, user).await.assert_redirect("/");
        browser
    }
}

pub(super) async fn log_in(browser: &Client, user: &str) -> Reply {
    let password = User::find(user).expect("it is a user").password;
    browser.form("/login", &[("name", user), ("password", password)]).await
}

/// The text of a page, at this path.
pub(super) async fn page(browser: &Client, path: &str) -> String {
    browser.get(path).await.assert_status(200).text().to_owned()
}
