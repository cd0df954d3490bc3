//! A browser loads a page and runs its script.

use std::net::SocketAddr;

use session_test_support::Browser;
use thirtyfour::By;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Serves one page, at every path.
async fn page(html: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = client.read(&mut request).await;
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length:";
                client.write_all(format!("{head} {}\r\n\r\n{html}", html.len()).as_bytes()).await
            });
        }
    });
    address
}

#[tokio::test]
async fn a_browser_loads_a_page_and_runs_its_script() {
    let address =
        page("<title>Shop</title><p id=greeting></p><script>greeting.append('hello')</script>")
            .await;
    let browser = Browser::start().await;
    browser.goto(format!("http://{address}/")).await.expect("the page is served");
    assert_eq!(browser.title().await.expect("it has one"), "Shop");
    let greeting = browser.find(By::Id("greeting")).await.expect("it is on the page");
    assert_eq!(greeting.text().await.expect("it has text"), "hello");
    browser.close().await;
}
