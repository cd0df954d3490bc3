//! Begins sessions on a server, and keeps their cookies in a file for the load.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use report::float;

use crate::failure::{Failure, failure};
use crate::plan::{Load, Route};
use crate::server::Server;

/// How many sessions there are.
pub(crate) const SESSIONS: usize = 64;

/// How long a server may take to begin a session.
const PATIENCE: Duration = Duration::from_secs(10);

/// The cookies of some sessions, one `Cookie` header a line.
#[derive(Debug)]
pub(crate) struct Cookies {
    lines: Vec<String>,
    file: PathBuf,
}

impl Cookies {
    /// As many as this load needs, begun on the first of the servers.
    pub(crate) fn to_ask_for(load: Load, servers: &[Server]) -> Result<Self, Failure> {
        let server = &servers[0];
        if matches!(load.route, Route::Plain | Route::Begin) {
            return Self::in_file(Vec::new(), server.port);
        }
        let mut sessions = SESSIONS;
        if server.changes_cookie(load.route) {
            // Every connection needs a cookie in hand while they change; wrk takes one to look at, and one whose
            // answer does not come in time is lost.
            sessions = load.connections.max(SESSIONS) + 8 * servers.len();
        }
        let visitor = |n| if load.route == Route::LoginOne { 0 } else { n };
        let lines: Result<_, _> = (0..sessions).map(|n| begin(server.port, visitor(n))).collect();
        Self::in_file(lines?, server.port)
    }

    /// Begins so many sessions.
    pub(crate) fn of_new_sessions(server: &Server, sessions: usize) -> Result<Self, Failure> {
        let lines: Result<_, _> = (0..sessions).map(|n| begin(server.port, n)).collect();
        Self::in_file(lines?, server.port)
    }

    fn in_file(lines: Vec<String>, port: u16) -> Result<Self, Failure> {
        let file = std::env::temp_dir().join(format!("cookies-{}-{port}", std::process::id()));
        fs::write(&file, lines.join("\n"))
            .map_err(|error| failure!("the temporary directory cannot be written to: {error}"))?;
        Ok(Self { lines, file })
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

/// Begins so many sessions of one user, whose cookies nobody shows again.
pub(crate) fn begin_of_one_user(server: &Server, sessions: usize) -> Result<(), Failure> {
    (0..sessions).try_for_each(|_| begin(server.port, 0).map(drop))
}

/// The cookies that a new session of visitor `n` is given.
fn begin(port: u16, n: usize) -> Result<String, Failure> {
    let response =
        response_to_begin(port, n).map_err(|error| failure!("no session began: {error}"))?;
    let head = response.split_once("\r\n\r\n").map(|(head, _)| head);
    let Some(head) = head.filter(|_| response.starts_with("HTTP/1.1 200")) else {
        return Err(failure!("no session began: {response}"));
    };
    let header = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        let pair = value.split(';').next()?;
        (name.eq_ignore_ascii_case("set-cookie") && !pair.ends_with('=')).then(|| pair.to_owned())
    };
    let cookies: Vec<String> = head.lines().filter_map(header).collect();
    if cookies.is_empty() {
        return Err(failure!("no cookie was set: {response}"));
    }
    Ok(cookies.join("; "))
}

fn response_to_begin(port: u16, n: usize) -> io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request =
        format!("GET /begin/{n} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}
