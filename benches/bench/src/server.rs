//! A running server of one library, on a core of its own.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::machine;
use crate::plan::{Route, Store, Subject};

/// How many ticks of `/proc/PID/stat` make a second, on every Linux that programs see.
const TICKS: f64 = 100.0;

/// A server; it ends when this is dropped, or when this process does.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
    /// Where it keeps its sessions.
    store: Store,
}

/// Builds all servers, optimized.
pub(crate) fn build() {
    eprintln!("building the servers");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--workspace"])
        .args(["bench", "growth", "heap"].iter().flat_map(|program| ["--exclude", program]))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the servers do not build");
}

/// Where an optimized program of this workspace lies.
pub(crate) fn program(name: &str) -> PathBuf {
    let debug = env::current_exe().expect("Linux knows");
    let target = debug.ancestors().nth(2).expect("this program lies in a target directory");
    target.join("release").join(name)
}

impl Server {
    /// Whether each response of this route has a new cookie, which a browser would show from then on.
    pub(crate) fn changes_cookie(&self, route: Route) -> bool {
        route == Route::Login || (route == Route::Write && self.store == Store::Cookie)
    }

    pub(crate) fn start(subject: &Subject, url: &str) -> Self {
        let mut process = machine::on_the_server_core(&program(subject.program))
            .args([subject.place, url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server was built");
        let mut line = String::new();
        let output = process.stdout.as_mut().expect("it is piped");
        BufReader::new(output).read_line(&mut line).expect("it is text");
        let port = line.trim().parse();
        let port = port.unwrap_or_else(|_| panic!("`{}` does not start", subject.name()));
        Self { process, port, store: subject.store }
    }

    /// How many seconds of processor time it has used.
    pub(crate) fn cpu(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()));
        let stat = stat.expect("the server runs");
        // What follows the program's name, which ends at the last parenthesis: user and system time are the 12th and 13th.
        let (_, fields) = stat.rsplit_once(") ").expect("the format is fixed");
        let ticks = fields.split(' ').skip(11).take(2);
        ticks.map(|ticks| ticks.parse::<f64>().expect("it is a number")).sum::<f64>() / TICKS
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
