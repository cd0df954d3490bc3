//! Sockets and event streams to a node.

use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::{ACCEPT, COOKIE, ORIGIN};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::node::Node;

/// Waits generously: the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(1);

impl Node {
    pub(super) async fn socket(&self, cookie: &HeaderValue) -> Socket {
        let origin = format!("http://{}", self.address);
        self.try_socket(Some(cookie), &origin).await.expect("the socket opens")
    }

    pub(super) async fn try_socket(
        &self,
        cookie: Option<&HeaderValue>,
        origin: &str,
    ) -> Result<Socket, u16> {
        let url = format!("ws://{}/socket", self.address);
        let mut request = url.into_client_request().expect("it is an address");
        request.headers_mut().insert(ORIGIN, origin.parse().expect("it is an origin"));
        request.headers_mut().extend(cookie.map(|cookie| (COOKIE, cookie.clone())));
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Socket(stream)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// What an `EventSource` opens.
    pub(super) async fn events(&self, cookie: &HeaderValue) -> Result<Events, u16> {
        let url = format!("http://{}/events", self.address);
        let request = reqwest::Client::new().get(url).header(ACCEPT, "text/event-stream");
        let response = request.header(COOKIE, cookie).send().await.expect("it answers");
        match response.status().as_u16() {
            200 => Ok(Events(response)),
            status => Err(status),
        }
    }
}

pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub(super) async fn sends(&mut self, message: Message) {
        self.0.send(message).await.expect("the socket is open");
    }

    pub(super) async fn says(&mut self, text: &str) {
        self.sends(Message::text(text)).await;
    }

    /// What comes next that is a text or a good-bye, of which the code and the reason are answered.
    pub(super) async fn next(&mut self) -> Result<String, (u16, String)> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await;
            match next.expect("something comes").expect("the socket is open") {
                Ok(Message::Text(text)) => return Ok(text.to_string()),
                Ok(Message::Close(Some(frame))) => {
                    return Err((frame.code.into(), frame.reason.to_string()));
                }
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// What comes next, but who is there.
    pub(super) async fn heard(&mut self) -> Result<String, (u16, String)> {
        loop {
            match self.next().await {
                Ok(text) if text.starts_with(r#"{"here":"#) => {}
                next => return next,
            }
        }
    }

    pub(super) async fn hears(&mut self, expected: &str) {
        assert_eq!(self.heard().await.as_deref(), Ok(expected));
    }

    pub(super) async fn is_closed(&mut self, code: u16, reason: &str) {
        assert_eq!(self.heard().await, Err((code, reason.to_owned())));
    }

    /// Nothing comes any more.
    pub(super) async fn breaks(&mut self) {
        let next = tokio::time::timeout(PATIENCE, self.0.next()).await;
        let next = next.expect("the socket ends");
        assert!(!matches!(next, Some(Ok(Message::Text(_)))), "{next:?}");
    }
}

pub(super) struct Events(reqwest::Response);

impl Events {
    /// The next event; none at the end of the stream.
    pub(super) async fn next(&mut self) -> Option<String> {
        let next = tokio::time::timeout(PATIENCE, self.0.chunk()).await;
        let chunk = next.expect("something comes").expect("the stream goes on")?;
        let event = String::from_utf8(chunk.into()).expect("events are text");
        let data = event.lines().find_map(|line| line.strip_prefix("data: "));
        Some(data.expect("it has data").to_owned())
    }

    pub(super) async fn tells(&mut self, expected: &str) {
        assert_eq!(self.next().await.as_deref(), Some(expected));
    }
}
