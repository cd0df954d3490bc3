//! One run of the load generator.

use std::path::Path;
use std::process::Command;
use std::slice;
use std::time::Duration;

use report::float;
use serde::{Deserialize, Serialize};

use crate::cookies::Cookies;
use crate::failure::{Failure, failure};
use crate::plan::Load;
use crate::server::Server;

/// What a run showed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) requests: f64,
    pub(crate) seconds: f64,
    /// The servers' processor time.
    pub(crate) cpu: f64,
    pub(crate) median: Duration,
    pub(crate) p99: Duration,
}

impl Run {
    /// Loads a server for so many seconds, with the cookies of new sessions.
    pub(crate) fn of(server: &Server, load: Load, seconds: u64) -> Result<Self, Failure> {
        Self::on_nodes(slice::from_ref(server), load, seconds)
    }

    /// The same with several servers, each of which has its part of the connections.
    pub(crate) fn on_nodes(servers: &[Server], load: Load, seconds: u64) -> Result<Self, Failure> {
        Self::with(servers, load, seconds, &Cookies::to_ask_for(load, servers)?)
    }

    /// The same, with these cookies.
    pub(crate) fn with(
        servers: &[Server],
        load: Load,
        seconds: u64,
        cookies: &Cookies,
    ) -> Result<Self, Failure> {
        let script = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/requests.lua"));
        let ports: Vec<String> = servers.iter().map(|server| server.port.to_string()).collect();
        let url = format!("http://127.0.0.1:{}/{}", ports[0], load.route.path());
        let cpu = || servers.iter().map(Server::cpu).sum::<f64>();
        let before = cpu();
        let output = Command::new("wrk")
            .env("PORTS", ports.join(","))
            .arg(format!("-t{}", servers.len()))
            .arg(format!("-c{}", load.connections))
            .arg(format!("-d{seconds}s"))
            .arg("-s")
            .arg(script)
            .args([&*url, "--"])
            .arg(cookies.file())
            .args(servers[0].changes_cookie(load.route).then_some("follow"))
            .output()
            .map_err(|error| failure!("wrk: {error}"))?;
        let cpu = cpu() - before;
        let text = String::from_utf8_lossy(&output.stdout);
        let complaint =
            || failure!("wrk on {url}:\n{text}{}", String::from_utf8_lossy(&output.stderr));
        let figures = text.lines().find_map(|line| line.strip_prefix("figures "));
        let figures: Vec<u64> =
            figures.ok_or_else(complaint)?.split(' ').flat_map(str::parse).collect();
        let [requests, micros, errors, median, p99] = figures[..] else { return Err(complaint()) };
        if errors > 0 {
            eprintln!("{errors} of {requests} requests to {url} failed");
        }
        if requests == 0 || errors * 100 > requests {
            return Err(complaint());
        }
        Ok(Self {
            requests: float(requests),
            seconds: Duration::from_micros(micros).as_secs_f64(),
            cpu,
            median: Duration::from_micros(median),
            p99: Duration::from_micros(p99),
        })
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.requests / self.seconds
    }

    /// Microseconds of the servers' processor time.
    pub(crate) fn cpu_per_request(&self) -> f64 {
        self.cpu * 1e6 / self.requests
    }
}
