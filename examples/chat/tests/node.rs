//! A running chat, and who is connected to it.

use std::net::SocketAddr;

use axum::Router;
use axum::http::HeaderValue;
use session_axum::testing::{Client, sign_in};
use session_axum::{Builder, MemoryStore, Sessions};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::guest::Guest;
use crate::room::Room;
use crate::{App, routes, with_pages};

/// One process of the chat; it ends when this is dropped.
pub(super) struct Node {
    pub(super) app: App,
    pub(super) address: SocketAddr,
    server: JoinHandle<()>,
}

impl Node {
    pub(super) async fn open() -> Self {
        Self::on(&MemoryStore::new()).await
    }

    pub(super) async fn on(store: &MemoryStore) -> Self {
        Self::with(Sessions::builder(store.clone())).await
    }

    pub(super) async fn with(sessions: Builder<Guest>) -> Self {
        let sessions = with_pages(sessions).build().expect("the options are sound");
        let app = App { sessions, room: Room::new() };
        Self::serve(routes(app.clone()), app).await
    }

    pub(super) async fn serve(routes: Router, app: App) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let server = tokio::spawn(async { axum::serve(listener, routes).await.expect("it runs") });
        Self { app, address, server }
    }

    /// The cookie of somebody who is logged in.
    pub(super) async fn guest(&self, name: &str) -> HeaderValue {
        let guest = Guest { name: Some(name.to_owned()), ..Guest::default() };
        sign_in(&self.app.sessions, guest).await
    }

    /// A browser that makes the requests beside the sockets.
    pub(super) fn browser(&self) -> Client {
        Client::new(routes(self.app.clone()))
    }

    /// One that has logged in, and its cookie.
    pub(super) async fn logged_in(&self, name: &str) -> (Client, HeaderValue) {
        let browser = self.browser();
        browser.form("/login", &[("name", name)]).await.assert_redirect("/");
        let cookie = browser.cookies("/").expect("it is logged in");
        (browser, cookie)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.server.abort();
    }
}
