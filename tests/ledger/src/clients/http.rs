//! A request on a connection of its own, whose client waits for the answer or leaves.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a client waits.
const PATIENCE: Duration = Duration::from_secs(10);
const COOKIE: &str = "__Host-session=";

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'static str,
    pub(crate) path: &'a str,
    pub(crate) cookie: Option<&'a str>,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The value of the session cookie that it sets; empty where it removes the cookie.
    pub(crate) cookie: Option<String>,
    pub(crate) body: String,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Reply(Reply),
    /// The node did not take the connection.
    NotSent,
    /// It was sent, and no answer came.
    Lost,
}

impl Request<'_> {
    /// Sends it and waits for the whole answer.
    pub(crate) async fn send(self, node: SocketAddr) -> Outcome {
        let Ok(Ok(mut connection)) = timeout(PATIENCE, TcpStream::connect(node)).await else {
            return Outcome::NotSent;
        };
        let reply = async {
            connection.write_all(self.text().as_bytes()).await?;
            let mut bytes = Vec::new();
            connection.read_to_end(&mut bytes).await?;
            Reply::parse(&bytes)
        };
        match timeout(PATIENCE, reply).await {
            Ok(Ok(reply)) => Outcome::Reply(reply),
            Ok(Err(_)) | Err(_) => Outcome::Lost,
        }
    }

    /// Sends it, and hangs up after so long.
    pub(crate) async fn send_and_leave(self, node: SocketAddr, after: Duration) -> Outcome {
        let Ok(Ok(mut connection)) = timeout(PATIENCE, TcpStream::connect(node)).await else {
            return Outcome::NotSent;
        };
        // Whether or not all of it got there, nobody will know what came of it.
        _ = connection.write_all(self.text().as_bytes()).await;
        tokio::time::sleep(after).await;
        Outcome::Lost
    }

    fn text(&self) -> String {
        let Self { method, path, cookie } = self;
        let cookie =
            cookie.map_or_else(String::new, |value| format!("cookie: {COOKIE}{value}\r\n"));
        format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{cookie}content-length: 0\r\n\r\n"
        )
    }
}

impl Reply {
    fn parse(bytes: &[u8]) -> io::Result<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if length.and_then(|length| length.parse().ok()) != Some(body.len()) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let cookie =
            head.lines().find_map(|line| line.strip_prefix("set-cookie: ")?.strip_prefix(COOKIE));
        let cookie = cookie.and_then(|line| line.split(';').next()).map(str::to_owned);
        Ok(Self {
            status: status.ok_or(io::ErrorKind::InvalidData)?,
            cookie,
            body: body.to_owned(),
        })
    }
}
