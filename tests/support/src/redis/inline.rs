//! Inline commands, as one would type them into a terminal.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Sends one, and answers what came back, as it came; empty if nothing did.
pub(crate) async fn ask(server: SocketAddr, command: &str) -> String {
    let answer = async {
        let mut connection = TcpStream::connect(server).await?;
        connection.write_all(format!("{command}\r\n").as_bytes()).await?;
        let mut answer = Vec::new();
        // A sentinel knows no `QUIT`, after which another server would close the connection.
        while !is_complete(&answer) && connection.read_buf(&mut answer).await? > 0 {}
        io::Result::Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    timeout(Duration::from_secs(5), answer).await.map(Result::unwrap_or_default).unwrap_or_default()
}

/// Whether it is a whole answer: a line, or a text after a line with its length.
fn is_complete(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(2).position(|two| two == b"\r\n") else { return false };
    let length = str::from_utf8(&answer[..end]).ok().and_then(|line| line.strip_prefix('$'));
    let length = length.and_then(|length| length.parse::<usize>().ok());
    length.is_none_or(|length| answer.len() >= end + 2 + length + 2)
}
