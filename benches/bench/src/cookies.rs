//! Begins sessions on a server, and keeps their cookies in a file for the load.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use report::float;

use crate::plan::Route;
use crate::server::Server;

/// How many sessions there are.
pub(crate) const SESSIONS: usize = 64;

/// The cookies of some sessions, one `Cookie` header a line.
#[derive(Debug)]
pub(crate) struct Cookies {
    lines: Vec<String>,
    file: PathBuf,
}

impl Cookies {
    /// As many as a route needs that is asked over and over.
    pub(crate) fn to_ask_for(route: Route, server: &Server) -> Self {
        match route {
            Route::Plain => Self::in_file(Vec::new(), server.port),
            // Every connection needs a cookie in hand while they change; wrk takes one to look at, and one whose answer
            // does not come in time is lost.
            route if server.changes_cookie(route) => Self::of_new_sessions(server, SESSIONS + 8),
            _ => Self::of_new_sessions(server, SESSIONS),
        }
    }

    /// Begins so many sessions.
    pub(crate) fn of_new_sessions(server: &Server, sessions: usize) -> Self {
        let lines = (0..sessions).map(|n| begin(server.port, n)).collect();
        Self::in_file(lines, server.port)
    }

    fn in_file(lines: Vec<String>, port: u16) -> Self {
        let file = std::env::temp_dir().join(format!("cookies-{}-{port}", std::process::id()));
        fs::write(&file, lines.join("\n")).expect("the temporary directory can be written to");
        Self { lines, file }
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// How many bytes one session's have on average.
    pub(crate) fn size(&self) -> f64 {
        float(self.lines.concat().len() as u64) / float(self.lines.len() as u64)
    }
}

impl Drop for Cookies {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

/// The cookies that a new session of visitor `n` is given.
fn begin(port: u16, n: usize) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server runs");
    let request =
        format!("GET /begin/{n} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("the server listens");
    let mut response = String::new();
    stream.read_to_string(&mut response).expect("the server answers in text");
    assert!(response.starts_with("HTTP/1.1 200"), "no session began: {response}");
    let (head, _) = response.split_once("\r\n\r\n").expect("a response has a head");
    let header = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        let pair = value.split(';').next()?;
        (name.eq_ignore_ascii_case("set-cookie") && !pair.ends_with('=')).then(|| pair.to_owned())
    };
    let cookies: Vec<String> = head.lines().filter_map(header).collect();
    assert!(!cookies.is_empty(), "no cookie was set: {response}");
    cookies.join("; ")
}
