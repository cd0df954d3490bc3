//! Inline commands, as one would type them into a terminal.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Sends one, and answers what came back; empty if nothing did.
pub(crate) async fn ask(server: SocketAddr, command: &str) -> String {
    let answer = async {
        let mut connection = TcpStream::connect(server).await?;
        connection.write_all(format!("{command}\r\nQUIT\r\n").as_bytes()).await?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await?;
        io::Result::Ok(answer)
    };
    let answer = timeout(Duration::from_secs(5), answer).await;
    let answer = answer.map(Result::unwrap_or_default).unwrap_or_default();
    answer.strip_suffix("+OK\r\n").map(str::to_owned).unwrap_or(answer)
}
