//! One run of the load generator.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use report::float;

use crate::cookies::Cookies;
use crate::plan::Route;
use crate::server::Server;

/// What a run showed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) requests: f64,
    pub(crate) seconds: f64,
    /// The server's processor time.
    pub(crate) cpu: f64,
    pub(crate) median: Duration,
    pub(crate) p99: Duration,
}

impl Run {
    /// Asks for `route` over so many connections for so many seconds, with the cookies of new sessions.
    pub(crate) fn of(server: &Server, route: Route, connections: usize, seconds: u64) -> Self {
        Self::with(server, route, connections, seconds, &Cookies::to_ask_for(route, server))
    }

    /// The same, with these cookies.
    pub(crate) fn with(
        server: &Server,
        route: Route,
        connections: usize,
        seconds: u64,
        cookies: &Cookies,
    ) -> Self {
        let script = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/requests.lua"));
        let url = format!("http://127.0.0.1:{}/{}", server.port, route.name());
        let before = server.cpu();
        let output = Command::new("wrk")
            .args(["-t1", &format!("-c{connections}"), &format!("-d{seconds}s"), "-s"])
            .arg(script)
            .args([&*url, "--"])
            .arg(cookies.file())
            .args(server.changes_cookie(route).then_some("follow"))
            .output()
            .expect("`wrk` is installed");
        let cpu = server.cpu() - before;
        let text = String::from_utf8_lossy(&output.stdout);
        let complain =
            || -> ! { panic!("wrk on {url}:\n{text}{}", String::from_utf8_lossy(&output.stderr)) };
        let figures = text.lines().find_map(|line| line.strip_prefix("figures "));
        let Some(figures) = figures else { complain() };
        let figures: Vec<u64> = figures.split(' ').flat_map(str::parse).collect();
        let [requests, micros, errors, median, p99] = figures[..] else { complain() };
        if errors > 0 {
            eprintln!("{errors} of {requests} requests to {url} failed");
        }
        if requests == 0 || errors * 100 > requests {
            complain();
        }
        Self {
            requests: float(requests),
            seconds: Duration::from_micros(micros).as_secs_f64(),
            cpu,
            median: Duration::from_micros(median),
            p99: Duration::from_micros(p99),
        }
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.requests / self.seconds
    }

    /// Microseconds of the server's processor time.
    pub(crate) fn cpu_per_request(&self) -> f64 {
        self.cpu * 1e6 / self.requests
    }
}
