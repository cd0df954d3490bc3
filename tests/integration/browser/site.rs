//! A site in this process: an application that listens on a free port.

use axum::Router;
use axum::response::Html;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running site; it ends when it is dropped.
pub(crate) struct Site {
    pub(crate) port: u16,
    server: JoinHandle<()>,
}

impl Site {
    pub(crate) async fn start(router: Router) -> Self {
        Self::start_on(TcpListener::bind("127.0.0.1:0").await.expect("a port is free"), router)
    }

    /// On a listener whose port the pages know.
    pub(crate) fn start_on(listener: TcpListener, router: Router) -> Self {
        let port = listener.local_addr().expect("it listens").port();
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it accepts connections");
        });
        Self { port, server }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A page with a heading and, for each path, a button that posts a form there.
pub(crate) fn page(heading: &str, buttons: &[(&str, &str)]) -> Html<String> {
    let buttons: Vec<String> = buttons
        .iter()
        .map(|(id, path)| {
            format!("<form method=post action='{path}'><button id={id}>{id}</button></form>")
        })
        .collect();
    let buttons = buttons.concat();
    Html(format!("<!doctype html><title>{heading}</title><h1>{heading}</h1>{buttons}"))
}
