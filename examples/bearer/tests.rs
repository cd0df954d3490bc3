//! The shop over a port, and what uses it: the programs of the guide, reqwest, curl, Python and a WebSocket client.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use axum::http::header::AUTHORIZATION;
use futures_util::StreamExt as _;
use reqwest::Client;
use serde_json::{Value, json};
use session_axum::Sessions;
use session_axum::testing;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{Shop, routes};

const GUIDE: &str = include_str!("../../docs/guide/clients.md");
/// Waits generously: the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// A shop on a free port.
async fn open() -> (Sessions<Shop>, SocketAddr) {
    let sessions = super::sessions().build().expect("nothing contradicts itself");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it has one");
    let app = routes(sessions.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (sessions, address)
}

async fn log_in(client: &Client, address: SocketAddr) -> String {
    let credentials = json!({ "user": "ann", "password": "secret" });
    let url = format!("http://{address}/api/login");
    let answer = client.post(url).json(&credentials).send().await.expect("it answers");
    assert!(answer.headers().get("set-cookie").is_none(), "{answer:?}");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let answer: Value = answer.json().await.expect("it is JSON");
    answer["token"].as_str().expect("it has a token").to_owned()
}

/// The program in this language that the guide shows, for this shop.
fn of_the_guide(language: &str, address: SocketAddr) -> String {
    let (_, program) = GUIDE.split_once(&format!("```{language}\n")).expect("the guide shows one");
    let (program, _) = program.split_once("```").expect("it ends");
    assert!(program.contains("https://shop.example"));
    program.replace("https://shop.example", &format!("http://{address}"))
}

/// What a program of another language prints.
async fn printed(program: &'static str, source: String) -> String {
    let run = move || Command::new(program).args(["-c", &source]).output();
    let ran = tokio::task::spawn_blocking(run).await.expect("it does not panic");
    let output = ran.unwrap_or_else(|error| panic!("`{program}` is not here: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints text")
}

#[tokio::test]
async fn the_guide_s_curl_fills_a_cart() {
    let (sessions, address) = open().await;
    assert_eq!(printed("bash", of_the_guide("sh", address)).await, "1 in the cart\n");
    let listed = sessions.list(&"ann".to_owned()).await.expect("the store works");
    assert!(listed[0].label.as_deref().is_some_and(|label| label.starts_with("curl/")));
}

#[tokio::test]
async fn the_guide_s_python_fills_a_cart() {
    let (sessions, address) = open().await;
    let answer = printed("python3", of_the_guide("python", address)).await;
    assert_eq!(answer.trim(), "1 in the cart");
    let listed = sessions.list(&"ann".to_owned()).await.expect("the store works");
    assert!(listed[0].label.as_deref().is_some_and(|label| label.starts_with("Python-urllib/")));
}

#[tokio::test]
async fn a_program_uses_a_session_from_its_log_in_to_its_log_out() {
    let (sessions, address) = open().await;
    let client = Client::new();
    let token = log_in(&client, address).await;
    let cart = format!("http://{address}/cart");
    for sku in ["tea", "cup"] {
        let added =
            client.post(&cart).bearer_auth(&token).body(sku).send().await.expect("it answers");
        assert_eq!(added.status(), 200);
    }
    let renewed = format!("http://{address}/api/token");
    let renewed = client.post(renewed).bearer_auth(&token).send().await.expect("it answers");
    let renewed: Value = renewed.json().await.expect("it is JSON");
    let next = renewed["token"].as_str().expect("it has a token");
    for (token, expected) in [(&*token, None), (next, Some(vec!["tea", "cup"]))] {
        let shown = client.get(&cart).bearer_auth(token).send().await.expect("it answers");
        assert_eq!(shown.status().is_success(), expected.is_some());
        if let Some(expected) = expected {
            assert_eq!(shown.json::<Vec<String>>().await.expect("it is JSON"), expected);
        }
    }
    let log_out = format!("http://{address}/api/logout");
    let ended = client.post(log_out).bearer_auth(next).send().await.expect("it answers");
    assert!(ended.status().is_success() && ended.headers().get("set-cookie").is_none());
    let dead = client.get(&cart).bearer_auth(next).send().await.expect("it answers");
    assert_eq!(dead.status(), 401);
    assert!(sessions.list(&"ann".to_owned()).await.expect("the store works").is_empty());
}

#[tokio::test]
async fn a_wrong_password_gets_no_token() {
    let (_, address) = open().await;
    let credentials = json!({ "user": "ann", "password": "guess" });
    let url = format!("http://{address}/api/login");
    let answer = Client::new().post(url).json(&credentials).send().await.expect("it answers");
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.text().await.expect("it is text"), "wrong password\n");
}

/// Without an `Origin`, which no other client than a browser sends.
#[tokio::test]
async fn a_socket_that_shows_a_token_is_open_for_as_long_as_its_session_lives() {
    let (_, address) = open().await;
    let client = Client::new();
    let token = log_in(&client, address).await;
    let request = |token: Option<&str>| {
        let mut request =
            format!("ws://{address}/watch").into_client_request().expect("an address");
        if let Some(token) = token {
            let shown = format!("Bearer {token}").parse().expect("it is base64url");
            request.headers_mut().insert(AUTHORIZATION, shown);
        }
        request
    };
    match connect_async(request(None)).await {
        Err(Error::Http(refused)) => assert_eq!(refused.status(), 403),
        other => panic!("it is refused: {other:?}"),
    }
    let (mut socket, _) = connect_async(request(Some(&token))).await.expect("it opens");
    let mut next = async || {
        let next = timeout(PATIENCE, socket.next()).await.expect("it comes");
        next.expect("it is open").expect("it is sound")
    };
    assert_eq!(next().await, Message::text("welcome, ann"));
    let log_out = format!("http://{address}/api/logout");
    client.post(log_out).bearer_auth(&token).send().await.expect("it answers");
    let Message::Close(Some(frame)) = next().await else { panic!("it is closed") };
    assert_eq!(u16::from(frame.code), 1008);
}

/// The same shop without a port.
#[tokio::test]
async fn a_browser_and_a_program_of_one_user_are_two_sessions() {
    let sessions = super::sessions().build().expect("nothing contradicts itself");
    let browser = testing::Client::new(routes(sessions.clone()));
    let credentials = [("user", "ann"), ("password", "secret")];
    browser.form("/login", &credentials).await.assert_redirect("/cart");
    let shop = Shop { user: Some("ann".to_owned()), cart: vec!["tea".to_owned()] };
    let token = testing::bearer_token(&sessions, shop).await;
    let phone = browser.with_bearer_token(token.expose());
    assert_eq!(phone.get("/cart").await.text(), r#"["tea"]"#);
    assert_eq!(browser.get("/cart").await.text(), "[]");
    assert_eq!(sessions.list(&"ann".to_owned()).await.expect("the store works").len(), 2);
    browser.post("/api/logout").await.assert_status(200);
    assert_eq!(phone.get("/cart").await.text(), r#"["tea"]"#);
    let seen = testing::stored(&sessions, &phone).await.expect("it is stored");
    assert_eq!(seen.cart, ["tea"]);
}
