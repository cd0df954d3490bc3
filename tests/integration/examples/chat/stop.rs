//! How the program stops while sockets and event streams are open.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use axum::http::header::{COOKIE, ORIGIN};
use futures_util::StreamExt as _;
use session_test_support::TempDirectory;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::program::node;
use crate::examples::program::shell;

/// Less than any time-out on the way.
const PROMPT: Duration = Duration::from_secs(3);
/// How often it is tried: real time passes, and other programs take their part of it.
const ATTEMPTS: usize = 3;
/// How long the test waits for what is not prompt.
const PATIENCE: Duration = Duration::from_mins(1);
/// So many that some would be lost if the program did not wait for them.
const SOCKETS: usize = 100;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_at_once_and_tells_what_is_open() {
    // Without a stream the server itself has nothing to wait for.
    for (stop, has_stream) in
        [(TempDirectory::interrupt as fn(&_), true), (TempDirectory::terminate, false)]
    {
        let mut took: Vec<Duration> = Vec::new();
        while took.iter().all(|took| *took >= PROMPT) {
            assert!(took.len() < ATTEMPTS, "it does not stop at once: {took:?}");
            took.push(stops(stop, has_stream).await);
        }
    }
}

/// How long it takes to stop. If that is not prompt, it may have given up to tell somebody.
async fn stops(stop: fn(&TempDirectory), has_stream: bool) -> Duration {
    let chat = node("memory:").await;
    let at = format!("http://localhost:{}", chat.port);
    let log_in = format!("curl -s -c jar -d name=Ann -D - {at}/login -o head");
    let head = shell(&log_in, chat.directory.path());
    let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
    let (cookie, _) = cookie.expect("she is logged in").split_once(';').expect("attributes");

    let mut sockets = Vec::new();
    for _ in 0..SOCKETS {
        sockets.push(socket(&at, cookie).await);
    }

    let stream = has_stream.then(|| {
        let mut curl = Command::new("curl");
        curl.args(["-sN", "-b", "jar", &format!("{at}/events")]);
        curl.current_dir(chat.directory.path()).stdout(Stdio::piped());
        let mut curl = curl.spawn().expect("curl is there");
        let mut events = BufReader::new(curl.stdout.take().expect("it is piped")).lines();
        assert!(events.next().expect("there is an event").is_ok());
        (curl, events)
    });

    let asked = Instant::now();
    stop(&chat.directory);
    let mut told = Vec::new();
    for socket in &mut sockets {
        told.push(good_bye(socket).await);
    }
    while chat.directory.is_running() {
        assert!(asked.elapsed() < PATIENCE, "it does not stop");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let took = asked.elapsed();
    if took < PROMPT {
        let expected = Some((1001, "the server is shutting down".to_owned()));
        assert!(told.iter().all(|told| *told == expected), "{told:?}");
    }
    if let Some((mut curl, _)) = stream {
        assert!(curl.wait().expect("curl ends").success(), "the stream ends as it should");
    }
    assert!(chat.directory.log().contains("stopped"), "{}", chat.directory.log());
    took
}

/// One that is open: it has said who is there.
async fn socket(at: &str, cookie: &str) -> Socket {
    let request = format!("{}/socket", at.replace("http", "ws")).into_client_request();
    let mut request = request.expect("it is an address");
    request.headers_mut().insert(COOKIE, cookie.parse().expect("it is ASCII"));
    request.headers_mut().insert(ORIGIN, at.parse().expect("it is ASCII"));
    let (mut socket, _) = connect_async(request).await.expect("the socket opens");
    let hello = socket.next().await.expect("it is open").expect("there is a message");
    assert_eq!(hello, Message::text(r#"{"here":["Ann"]}"#));
    socket
}

/// The code and the reason with which it is closed; none if it breaks before it is.
async fn good_bye(socket: &mut Socket) -> Option<(u16, String)> {
    let message = tokio::time::timeout(PATIENCE, socket.next()).await.expect("it ends")?.ok()?;
    let Message::Close(Some(frame)) = message else { panic!("{message}") };
    // To read on is to answer it.
    let is_closed = socket.next().await.is_none();
    is_closed.then(|| (frame.code.into(), frame.reason.to_string()))
}
