//! The proxy delays, swallows, half opens, cuts and heals.

use std::net::SocketAddr;
use std::time::Duration;

use session_test_support::Proxy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};

use crate::{A_WHILE, SOON};

/// A server that sends back what it gets, and closes what the client closes.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = client.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    address
}

async fn says(connection: &mut TcpStream, word: &str) -> std::io::Result<String> {
    connection.write_all(word.as_bytes()).await?;
    hears(connection, word.len()).await
}

async fn hears(connection: &mut TcpStream, length: usize) -> std::io::Result<String> {
    let mut answer = vec![0; length];
    connection.read_exact(&mut answer).await?;
    Ok(String::from_utf8(answer).expect("the words are ASCII"))
}

#[tokio::test]
async fn a_proxy_passes_everything_and_the_end_of_each_direction() {
    let proxy = Proxy::before(echo().await).await;
    let mut connection = TcpStream::connect(proxy.address()).await.expect("it listens");
    let bytes = vec![7; 1_000_000];
    let (mut from, mut to) = connection.split();
    let send = async {
        to.write_all(&bytes).await?;
        to.shutdown().await
    };
    let mut received = Vec::new();
    tokio::try_join!(send, async { from.read_to_end(&mut received).await }).expect("it passes");
    assert!(received == bytes);
}

#[tokio::test]
async fn a_proxy_delays_both_directions() {
    let proxy = Proxy::before(echo().await).await;
    let mut connection = TcpStream::connect(proxy.address()).await.expect("it listens");
    says(&mut connection, "now").await.expect("it passes");
    proxy.delay(Duration::from_millis(100)).await;
    let start = Instant::now();
    assert_eq!(says(&mut connection, "later").await.expect("it passes"), "later");
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_black_hole_swallows_until_it_is_healed() {
    let proxy = Proxy::before(echo().await).await;
    let mut old = TcpStream::connect(proxy.address()).await.expect("it listens");
    says(&mut old, "before").await.expect("it passes");
    proxy.black_hole().await;
    assert!(timeout(A_WHILE, says(&mut old, "during")).await.is_err());
    let mut new = timeout(SOON, TcpStream::connect(proxy.address()))
        .await
        .expect("it accepts")
        .expect("still");
    assert!(timeout(A_WHILE, says(&mut new, "new")).await.is_err());
    proxy.heal().await;
    assert_eq!(hears(&mut old, 6).await.expect("it was only held up"), "during");
    assert_eq!(hears(&mut new, 3).await.expect("it was only held up"), "new");
}

#[tokio::test]
async fn a_half_open_connection_is_dead_and_does_not_know_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let proxy = Proxy::before(listener.local_addr().expect("it is bound")).await;
    let mut client = TcpStream::connect(proxy.address()).await.expect("it listens");
    let (mut server, _) = listener.accept().await.expect("the proxy connects");
    proxy.half_open().await;
    assert_eq!(
        timeout(SOON, server.read(&mut [0])).await.expect("it is told").expect("in order"),
        0
    );
    client.write_all(b"hello?").await.expect("nobody told the client");
    assert!(timeout(A_WHILE, client.read(&mut [0])).await.is_err());
    proxy.heal().await;
    let end = timeout(SOON, client.read(&mut [0])).await.expect("now it is told");
    assert_eq!(end.expect_err("by a reset").kind(), std::io::ErrorKind::ConnectionReset);
    let mut client = TcpStream::connect(proxy.address()).await.expect("it listens");
    client.write_all(b"!").await.expect("the line is open");
    let (mut server, _) = listener.accept().await.expect("the proxy connects");
    assert_eq!(hears(&mut server, 1).await.expect("it passes again"), "!");
}

#[tokio::test]
async fn a_cut_ends_connections_and_refuses_new_ones() {
    let proxy = Proxy::before(echo().await).await;
    let mut connection = TcpStream::connect(proxy.address()).await.expect("it listens");
    says(&mut connection, "before").await.expect("it passes");
    proxy.cut().await;
    assert!(timeout(SOON, says(&mut connection, "after")).await.expect("it ends").is_err());
    let refused = TcpStream::connect(proxy.address()).await.expect_err("nobody listens");
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    proxy.heal().await;
    let mut connection = TcpStream::connect(proxy.address()).await.expect("it listens again");
    assert_eq!(says(&mut connection, "healed").await.expect("it passes"), "healed");
}
