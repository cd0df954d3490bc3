//! A real connection: the client closes it, or the server does after a panic.

use std::net::SocketAddr;

use session_tests::{Call, TestStore, on_each_store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::app::{TestApp, with_drop_notice};

on_each_store!(
    a_client_that_leaves_before_the_commit_has_changed_nothing,
    a_client_that_leaves_in_the_commit_has_changed_it,
    a_client_that_leaves_in_the_first_save_leaves_a_session_that_nobody_has,
    a_client_that_leaves_in_the_body_has_changed_it,
    a_panic_closes_the_connection_and_changes_nothing,
);

/// Serves the application on a port of its own.
async fn serve<S: TestStore>(app: &TestApp<S>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    let router = with_drop_notice(app.router.clone(), &app.state);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Sends a POST with this cookie, if any.
async fn send(address: SocketAddr, path: &str, session: Option<&str>) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let cookie =
        session.map_or(String::new(), |token| format!("Cookie: __Host-session={token}\r\n"));
    let request =
        format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{cookie}Content-Length: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    stream
}

async fn a_client_that_leaves_before_the_commit_has_changed_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let stream = send(serve(&app).await, "/wait", client.session()).await;
    app.state.handler_gate.reached().await;
    drop(stream);
    app.state.dropped.0.reached().await;
    assert_eq!(app.store.take_calls(), [Call::Load]);
    assert_eq!(app.stored_visits().await, [1]);
}

async fn a_client_that_leaves_in_the_commit_has_changed_it<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let gate = app.store.pause(Call::Update);
    let stream = send(serve(&app).await, "/answer/200", client.session()).await;
    gate.reached().await;
    drop(stream);
    app.state.dropped.0.reached().await;
    assert_eq!(app.stored_visits().await, [1]);
    gate.open();
    app.until_stored(&[2]).await;
    assert_eq!(client.clone().get("/visits").await.ok(), "2");
}

async fn a_client_that_leaves_in_the_first_save_leaves_a_session_that_nobody_has<S: TestStore>(
    store: S,
) {
    let app = TestApp::new(store);
    let gate = app.store.pause(Call::Insert);
    let stream = send(serve(&app).await, "/answer/200", None).await;
    gate.reached().await;
    drop(stream);
    app.state.dropped.0.reached().await;
    gate.open();
    app.until_stored(&[1]).await;
}

async fn a_client_that_leaves_in_the_body_has_changed_it<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let mut stream = send(serve(&app).await, "/stream", client.session()).await;
    let head = read_until(&mut stream, "first ").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    drop(stream);
    assert_eq!(app.stored_visits().await, [2]);
}

async fn a_panic_closes_the_connection_and_changes_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let address = serve(&app).await;
    let mut stream = send(address, "/panic", client.session()).await;
    let mut answer = Vec::new();
    // A reset is an end too.
    _ = stream.read_to_end(&mut answer).await;
    assert_eq!(answer, b"");
    assert_eq!(app.stored_visits().await, [1]);
    let mut stream = send(address, "/answer/204", client.session()).await;
    let head = read_until(&mut stream, "\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 204") && head.contains("vary: Cookie"), "{head}");
    assert_eq!(app.stored_visits().await, [2]);
}

/// What comes until this does.
async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut read = String::new();
    while !read.contains(end) {
        let mut bytes = [0; 1024];
        let length = stream.read(&mut bytes).await.expect("it is open");
        assert_ne!(length, 0, "it ended after {read:?}");
        read.push_str(std::str::from_utf8(&bytes[..length]).expect("it is text"));
    }
    read
}
