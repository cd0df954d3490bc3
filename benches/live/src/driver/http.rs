//! The client: a request on a connection of its own, and an event stream that is held open.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;

/// Microseconds since 1970: by the clock of the machine, which the databases have too.
pub(super) type Moment = i64;

pub(super) fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    since.as_micros().try_into().expect("it is before the year 290000")
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// The session cookie that it sets, as a `Cookie` header has it.
    pub(super) cookie: Option<String>,
    pub(super) body: String,
    /// When its head had arrived.
    pub(super) arrived: Moment,
}

impl Reply {
    pub(super) fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.body);
        self
    }
}

/// What is asked of a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    pub(super) method: &'static str,
    pub(super) path: &'a str,
    pub(super) cookie: Option<&'a str>,
    pub(super) body: &'a str,
}

impl Request<'_> {
    /// Sends it and waits for the whole answer.
    pub(super) async fn send(self, node: SocketAddr) -> io::Result<Reply> {
        let mut connection = self.begin(node).await?;
        let mut bytes = Vec::new();
        let mut arrived = None;
        loop {
            let read = connection.read_buf(&mut bytes).await?;
            if arrived.is_none() && (read == 0 || head_end(&bytes).is_some()) {
                arrived = Some(now());
            }
            if read == 0 {
                break;
            }
        }
        let end = head_end(&bytes).ok_or(io::ErrorKind::UnexpectedEof)?;
        let head = String::from_utf8_lossy(&bytes[..end]);
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut cookies = head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        let cookie = cookies.find(|cookie| cookie.starts_with("__Host-session="));
        let cookie = cookie.and_then(|line| line.split(';').next()).map(str::to_owned);
        Ok(Reply {
            status: status.ok_or(io::ErrorKind::InvalidData)?,
            cookie,
            body: String::from_utf8_lossy(&bytes[end..]).into_owned(),
            arrived: arrived.unwrap_or_else(now),
        })
    }

    async fn begin(self, node: SocketAddr) -> io::Result<TcpStream> {
        let Self { method, path, cookie, body } = self;
        let cookie = cookie.map_or_else(String::new, |cookie| format!("cookie: {cookie}\r\n"));
        let length = body.len();
        let text = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{cookie}content-length: {length}\r\n\r\n{body}"
        );
        let mut connection = TcpStream::connect(node).await?;
        connection.set_nodelay(true)?;
        connection.write_all(text.as_bytes()).await?;
        Ok(connection)
    }
}

/// Where the body begins.
fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

/// An event stream that is held open.
#[derive(Debug)]
pub(super) struct EventStream {
    closed: Arc<OnceLock<Moment>>,
    reader: AbortHandle,
}

impl EventStream {
    /// Opens the stream of this cookie's session, and waits for its first event.
    pub(super) async fn open(node: SocketAddr, cookie: &str) -> Self {
        let request = Request { method: "GET", path: "/events", cookie: Some(cookie), body: "" };
        let mut connection = request.begin(node).await.expect("the node is up");
        let mut bytes = Vec::new();
        while !bytes.windows(5).any(|window| window == b"hello") {
            let read = connection.read_buf(&mut bytes).await.expect("the node is up");
            assert!(read > 0, "no event stream: {}", String::from_utf8_lossy(&bytes));
        }
        let closed = Arc::new(OnceLock::new());
        let noted = Arc::clone(&closed);
        let reader = tokio::spawn(async move {
            let mut buffer = [0; 256];
            while matches!(connection.read(&mut buffer).await, Ok(1..)) {}
            _ = noted.set(now());
        });
        Self { closed, reader: reader.abort_handle() }
    }

    /// When it was closed; none if it is open.
    pub(super) fn closed(&self) -> Option<Moment> {
        self.closed.get().copied()
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.reader.abort();
    }
}
