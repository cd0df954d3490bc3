//! The application's own tests: a server on a free port, real sockets, and a browser without a window for the rest.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ws::{Message as Received, WebSocketUpgrade};
use axum::http::header::{CONNECTION, COOKIE, ORIGIN, UPGRADE};
use axum::http::{HeaderValue, Request};
use futures_util::{SinkExt as _, StreamExt as _};
use session_axum::testing::{Client, Clock, Fault, FaultyStore, Operation, sign_in, stored};
use session_axum::{ErrorKind, RequestSession, require_session};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::*;

/// A running chat; it ends when it is dropped.
struct Chat {
    app: App,
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Chat {
    async fn open() -> Self {
        Self::with(Sessions::builder(MemoryStore::new())).await
    }

    async fn with(sessions: Builder<Guest>) -> Self {
        let sessions = with_pages(sessions).build().expect("the options are sound");
        let app = App { sessions, room: Room::new() };
        Self::serve(routes(app.clone()), app).await
    }

    async fn serve(routes: Router, app: App) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let server = tokio::spawn(async { axum::serve(listener, routes).await.expect("it runs") });
        Self { app, address, server }
    }

    /// The cookie of somebody who is logged in.
    async fn guest(&self, name: &str) -> HeaderValue {
        sign_in(&self.app.sessions, Guest { name: Some(name.to_owned()), sent: 0 }).await
    }

    /// A browser that makes the requests beside the sockets.
    fn browser(&self) -> Client {
        Client::new(routes(self.app.clone()))
    }

    async fn socket(&self, cookie: &HeaderValue) -> Socket {
        let origin = format!("http://{}", self.address);
        self.try_socket(Some(cookie), &origin).await.expect("the socket opens")
    }

    async fn try_socket(&self, cookie: Option<&HeaderValue>, origin: &str) -> Result<Socket, u16> {
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

    async fn events(&self, cookie: &HeaderValue) -> Events {
        let url = format!("http://{}/events", self.address);
        let request = reqwest::Client::new().get(url).header(COOKIE, cookie);
        let response = request.send().await.expect("the stream begins");
        assert_eq!(response.status().as_u16(), 200);
        Events(response)
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn says(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("the socket is open");
    }

    /// What comes next: a text, or the code with which the socket is closed.
    async fn next(&mut self) -> Result<String, u16> {
        let next = tokio::time::timeout(Duration::from_mins(1), self.0.next()).await;
        match next.expect("something comes").expect("the socket is open") {
            Ok(Message::Text(text)) => Ok(text.to_string()),
            Ok(Message::Close(frame)) => Err(frame.expect("it says why").code.into()),
            other => panic!("{other:?}"),
        }
    }

    async fn hears(&mut self, expected: &str) {
        assert_eq!(self.next().await.as_deref(), Ok(expected));
    }
}

struct Events(reqwest::Response);

impl Events {
    /// The next event.
    async fn next(&mut self) -> Option<String> {
        let next = tokio::time::timeout(Duration::from_mins(1), self.0.chunk()).await;
        let chunk = next.expect("something comes").expect("the stream goes on")?;
        Some(String::from_utf8(chunk.into()).expect("events are text"))
    }

    async fn tells(&mut self, names: &str) {
        assert_eq!(self.next().await, Some(format!("data: {names}\n\n")));
    }
}

#[tokio::test]
async fn what_one_says_all_hear_and_the_session_counts() {
    let chat = Chat::open().await;
    let (ann, ben) = (chat.guest("Ann").await, chat.guest("Ben").await);
    let (mut at_anns, mut at_bens) = (chat.socket(&ann).await, chat.socket(&ben).await);
    for (count, text) in [(1, "hello"), (2, "<b>")] {
        at_anns.says(text).await;
        at_anns.hears(&format!(r#"{{"sent":{count}}}"#)).await;
        let said = format!(r#"{{"said":{{"name":"Ann","text":"{text}"}}}}"#);
        at_anns.hears(&said).await;
        at_bens.hears(&said).await;
        // While the socket is open, other requests see it.
        assert_eq!(stored(&chat.app.sessions, &ann).await.map(|guest| guest.sent), Some(count));
    }
    assert_eq!(stored(&chat.app.sessions, &ben).await.map(|guest| guest.sent), Some(0));
}

#[tokio::test]
async fn two_sockets_of_one_session_count_together() {
    let chat = Chat::open().await;
    let ann = chat.guest("Ann").await;
    let mut sockets = [chat.socket(&ann).await, chat.socket(&ann).await];
    for socket in &mut sockets {
        for _ in 0..10 {
            socket.says("hello").await;
        }
    }
    for socket in &mut sockets {
        for _ in 0..30 {
            socket.next().await.expect("ten counts, and what both have said");
        }
    }
    assert_eq!(stored(&chat.app.sessions, &ann).await.map(|guest| guest.sent), Some(20));
}

#[tokio::test]
async fn no_socket_opens_without_a_log_in_or_from_another_site() {
    let chat = Chat::open().await;
    let ann = chat.guest("Ann").await;
    let here = format!("http://{}", chat.address);
    assert_eq!(chat.try_socket(None, &here).await.err(), Some(401));
    assert_eq!(chat.try_socket(Some(&ann), "https://evil.example").await.err(), Some(403));
    assert_eq!(chat.try_socket(None, "https://evil.example").await.err(), Some(403));
    assert!(chat.try_socket(Some(&ann), &here).await.is_ok());
}

/// The same, as a router's test sees it, which opens no socket.
#[tokio::test]
async fn an_upgrade_is_refused_before_it_is_one() {
    let chat = Chat::open().await;
    let browser = chat.browser();
    let upgrade = || {
        let request = Request::get("/socket").header(UPGRADE, "websocket");
        request.header(CONNECTION, "upgrade").body(axum::body::Body::empty()).expect("a request")
    };
    browser.send(upgrade()).await.assert_status(401);
    assert_eq!(browser.open("/events").await.status, 401);
    let evil = browser.cross_site("https://evil.example");
    let refused = evil.send(upgrade()).await.assert_status(403);
    assert!(refused.text().contains("This came from another site"));
}

#[tokio::test]
async fn the_event_stream_tells_who_is_there() {
    let chat = Chat::open().await;
    let (ann, ben) = (chat.guest("Ann").await, chat.guest("Ben").await);
    let mut at_anns = chat.events(&ann).await;
    at_anns.tells("[]").await;
    let anns = chat.socket(&ann).await;
    at_anns.tells(r#"["Ann"]"#).await;
    let bens = chat.socket(&ben).await;
    at_anns.tells(r#"["Ann","Ben"]"#).await;
    let mut at_bens = chat.events(&ben).await;
    at_bens.tells(r#"["Ann","Ben"]"#).await;
    // A second tab of somebody who is there is no news.
    let tab = chat.socket(&ann).await;
    drop(anns);
    drop(bens);
    at_anns.tells(r#"["Ann"]"#).await;
    drop(tab);
    at_bens.tells(r#"["Ann"]"#).await;
    at_bens.tells("[]").await;
    chat.app.room.close();
    at_anns.tells("[]").await;
    assert_eq!(at_anns.next().await, None, "a server that stops waits for no stream");
}

/// Until then it goes on to hear: nothing looks at the session in between.
#[tokio::test]
async fn after_a_log_out_a_socket_ends_with_its_next_message_which_nobody_hears() {
    let chat = Chat::open().await;
    let browser = chat.browser();
    browser.form("/login", &[("name", " Ann ")]).await.assert_redirect("/");
    let ann = browser.cookies("/").expect("she is logged in");
    let ben = chat.guest("Ben").await;
    let (mut at_anns, mut at_bens) = (chat.socket(&ann).await, chat.socket(&ben).await);
    browser.post("/logout").await.assert_redirect("/login");
    at_anns.says("psst").await;
    assert_eq!(at_anns.next().await, Err(pages::LOGGED_OUT));
    at_bens.says("where is Ann?").await;
    at_bens.hears(r#"{"sent":1}"#).await;
    at_bens.hears(r#"{"said":{"name":"Ben","text":"where is Ann?"}}"#).await;
}

#[tokio::test]
async fn a_socket_ends_when_somebody_else_logs_in_to_its_session() {
    let chat = Chat::open().await;
    let browser = chat.browser();
    browser.form("/login", &[("name", "Ann")]).await.assert_redirect("/");
    let mut at_anns = chat.socket(&browser.cookies("/").expect("she is logged in")).await;
    browser.form("/login", &[("name", "Ben")]).await.assert_redirect("/");
    at_anns.says("hello").await;
    assert_eq!(at_anns.next().await, Err(pages::LOGGED_OUT));
    let ben = stored(&chat.app.sessions, &browser).await.expect("he is logged in");
    assert_eq!((ben.name.as_deref(), ben.sent), (Some("Ben"), 0));
}

#[tokio::test]
async fn a_message_is_a_use_of_the_session_and_an_open_socket_is_none() {
    let clock = Clock::new();
    let chat = Chat::with(Sessions::builder(MemoryStore::new()).clock(clock.reader())).await;
    let (ann, ben) = (chat.guest("Ann").await, chat.guest("Ben").await);
    let (mut at_anns, mut at_bens) = (chat.socket(&ann).await, chat.socket(&ben).await);
    for count in 1..=2 {
        clock.advance(Duration::from_mins(40));
        at_anns.says("hello").await;
        at_anns.hears(&format!(r#"{{"sent":{count}}}"#)).await;
        at_anns.next().await.expect("what she has said");
        if count == 1 {
            // As a page does by itself that has lost its connection.
            drop(chat.socket(&ben).await);
            chat.events(&ben).await.tells(r#"["Ann","Ben"]"#).await;
        }
    }
    for _ in 0..2 {
        at_bens.next().await.expect("what she has said");
    }
    at_bens.says("hello").await;
    assert_eq!(at_bens.next().await, Err(pages::LOGGED_OUT));
}

#[tokio::test]
async fn what_cannot_be_counted_is_not_sent() {
    let store = FaultyStore::new(MemoryStore::new());
    let chat = Chat::with(Sessions::builder(store.clone())).await;
    let ann = chat.guest("Ann").await;
    let mut socket = chat.socket(&ann).await;
    for operation in [Operation::Load, Operation::Touch, Operation::Update] {
        store.inject_next(1, operation, Fault::Fails);
        socket.says("hello").await;
        socket.hears(r#""unsent""#).await;
    }
    socket.says("again").await;
    socket.hears(r#"{"sent":1}"#).await;
    socket.hears(r#"{"said":{"name":"Ann","text":"again"}}"#).await;
}

#[tokio::test]
async fn a_message_that_is_too_long_ends_the_socket() {
    let chat = Chat::open().await;
    let ann = chat.guest("Ann").await;
    let mut socket = chat.socket(&ann).await;
    socket.says(&"a".repeat(4097)).await;
    let next = tokio::time::timeout(Duration::from_mins(1), socket.0.next()).await;
    let next = next.expect("the socket ends");
    assert!(!matches!(next, Some(Ok(Message::Text(_)))), "{next:?}");
    assert_eq!(stored(&chat.app.sessions, &ann).await.map(|guest| guest.sent), Some(0));
}

/// Why the chat changes the session by its handle: its request is over when the socket opens.
#[tokio::test]
async fn a_request_session_cannot_be_changed_in_a_socket() {
    #[require_session(authenticated)]
    async fn late(
        _: &Guest,
        session: RequestSession<Guest>,
        upgrade: WebSocketUpgrade,
    ) -> axum::response::Response {
        session.change(|guest| guest.sent += 1).expect("the request is under way");
        upgrade.on_upgrade(async move |mut socket| {
            let answer = match session.change(|guest| guest.sent += 1) {
                Err(error) if matches!(error.kind(), ErrorKind::Saved(_)) => "saved",
                _ => "changed",
            };
            socket.send(Received::text(answer)).await.expect("the socket is open");
        })
    }

    let sessions = Sessions::builder(MemoryStore::new()).build().expect("the options are sound");
    let app = App { sessions, room: Room::new() };
    let routes = Router::new().route("/socket", get(late)).with_state(app.clone());
    let chat = Chat::serve(routes, app).await;
    let ann = chat.guest("Ann").await;
    chat.socket(&ann).await.hears("saved").await;
    assert_eq!(stored(&chat.app.sessions, &ann).await.map(|guest| guest.sent), Some(1));
}

#[tokio::test]
async fn one_logs_in_with_a_name_and_finds_the_count_on_the_page() {
    let chat = Chat::open().await;
    let browser = chat.browser();
    browser.navigating().get("/").await.assert_redirect("/login?next=%2F");
    browser.get("/login").await.assert_status(200);
    for name in ["", " ", &"a".repeat(31)] {
        browser.form("/login", &[("name", name)]).await.assert_status(422);
    }
    browser.form("/login", &[("name", "<i>Ann")]).await.assert_redirect("/");
    let page = browser.get("/").await.assert_status(200);
    assert!(page.text().contains("&#60;i&#62;Ann"), "{}", page.text());
    let cookie = browser.cookies("/").expect("she is logged in");
    let mut socket = chat.socket(&cookie).await;
    socket.says("hello").await;
    socket.next().await.expect("it is counted");
    let page = browser.get("/").await.assert_status(200);
    assert!(page.text().contains(r#"<strong id="sent">1</strong>"#));
}
