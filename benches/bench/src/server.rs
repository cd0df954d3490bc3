//! A running server of one library, on the core of the servers.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::failure::{Failure, failure};
use crate::machine;
use crate::plan::{ALL, Route, Store, Subject};
use crate::target;

/// How many ticks of `/proc/PID/stat` make a second, on every Linux that programs see.
pub(crate) const TICKS: f64 = 100.0;

/// A server; it ends when this is dropped, or when this process does.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
    /// Where it keeps its sessions.
    store: Store,
}

/// Builds all servers and the program whose instructions are counted, optimized.
pub(crate) fn build() -> Result<(), Failure> {
    eprintln!("building the servers");
    // Always all of them: with fewer, what they share would have fewer features, and be built again.
    let mut packages: BTreeSet<&str> = ALL.iter().map(|subject| subject.program).collect();
    packages.insert("instructions");
    let status = Command::new(env!("CARGO"))
        // A library that does not build is none of the others' fault.
        .args(["build", "--release", "--keep-going"])
        .args(packages.iter().flat_map(|package| ["--package", package]))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status();
    if status.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err(failure!(
        "not all servers build: what is measured of those that do not is of an older build"
    ))
}

impl Server {
    /// Whether each response of this route has a new cookie, which a browser would show from then on.
    pub(crate) fn changes_cookie(&self, route: Route) -> bool {
        route.logs_in() || (route == Route::Write && self.store == Store::Cookie)
    }

    /// Starts one that keeps its sessions at `url`, over so many connections.
    pub(crate) fn start(subject: &Subject, url: &str, pool: u32) -> Result<Self, Failure> {
        let process = machine::on_the_server_core(&target::program(subject.program))
            .args([subject.place, url, &pool.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let process =
            process.map_err(|error| failure!("{} does not start: {error}", subject.name()))?;
        // From here on it ends with this.
        let mut server = Self { process, port: 0, store: subject.store };
        let mut line = String::new();
        let output = server.process.stdout.as_mut().expect("it is piped");
        let read = BufReader::new(output).read_line(&mut line);
        let port = read.ok().and_then(|_| line.trim().parse().ok());
        server.port = port.ok_or_else(|| failure!("{} does not start", subject.name()))?;
        Ok(server)
    }

    /// How many seconds of processor time it has used.
    pub(crate) fn cpu(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()));
        let stat = stat.expect("a process that was not waited for is listed");
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
