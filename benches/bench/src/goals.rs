//! The goals, each met or missed, with the figure.

use std::fmt::Write as _;

use report::float;

use crate::plan::{OURS, Route, Store, YARDSTICK};
use crate::results::Results;

/// The least that peers spent per request, in microseconds of CPU above the plain route, on the machine where the goals were set.
const ANCHORS: [(Store, Route, f64, f64); 9] = [
    // Store, route, peers, goal.
    (Store::Memory, Route::Read, 2.4, 1.2),
    (Store::Memory, Route::Write, 4.5, 2.5),
    (Store::Redis, Route::Read, 10.3, 6.0),
    (Store::Redis, Route::Write, 18.1, 11.0),
    (Store::Postgres, Route::Read, 45.0, 10.0),
    (Store::Postgres, Route::Write, 124.0, 22.0),
    (Store::Postgres, Route::Login, 120.0, 22.0),
    (Store::Cookie, Route::Read, 3.8, 2.5),
    (Store::Cookie, Route::Write, 7.0, 4.5),
];

/// The rows of a table: goal, figure, whether it is met.
#[derive(Debug, Default)]
struct Goals(String);

/// What stands in the way of goals, as profiles of the programs show it: told where one is missed.
mod because {
    pub(super) const FULL: &str =
        "PostgreSQL and wrk fill their core, and the server most of its own";
    pub(super) const BATCH: &str = "PostgreSQL and wrk fill their core. Statements execute in 13 of the \
        28 µs that PostgreSQL spends for a write; what a batch costs it whatever is in it (its start, \
        its commit, the socket) is the rest";
    pub(super) const COPY: &str = "what a handler changes is a copy, compared with what was there: for \
        this state 13 allocations, made and freed";
    pub(super) const CIPHER: &str = "beside what it costs in memory, a session is opened, sealed with \
        a nonce from the system, and spelled in base64 both ways";
    pub(super) const CLIENT: &str =
        "what is left is the socket's, the Redis client's and two timers'";
    pub(super) const HASH: &str =
        "3400 of them are SHA-256 without the processor's instructions for it";
    pub(super) const REDIS: &str = "Redis's entry and the key take 88 of them, the principal's index 120; \
        the value is the payload, a head of 98 and the principal";
    pub(super) const BASE64: &str = "key id, nonce, tag and times, in base64";
}

impl Goals {
    fn add(&mut self, goal: &str, figure: &str, met: bool, because: &str) {
        let _ = match (met, because) {
            (true, _) => writeln!(self.0, "| {goal} | {figure} | met |"),
            (false, "") => writeln!(self.0, "| {goal} | {figure} | **missed** |"),
            (false, because) => writeln!(self.0, "| {goal} | {figure} | **missed**: {because} |"),
        };
    }
}

/// The table, with a row for each goal that this run can judge.
pub(crate) fn table(results: &Results) -> String {
    let mut goals = Goals::default();
    throughput(results, &mut goals);
    latency(results, &mut goals);
    cpu(results, &mut goals);
    instructions(results, &mut goals);
    statements(results, &mut goals);
    bytes(results, &mut goals);
    format!("| goal | figure | |\n| --- | --- | --- |\n{}", goals.0)
}

fn throughput(results: &Results, goals: &mut Goals) {
    let pair = |library| results.subject(library, Store::Postgres);
    let (Some(ours), Some(theirs)) = (pair(OURS), pair(YARDSTICK)) else { return };
    for (route, at, goal) in [
        (Route::Read, 64, 4.0),
        (Route::Write, 64, 8.0),
        (Route::Login, 64, 8.0),
        (Route::Read, 1, 1.0),
        (Route::Write, 1, 1.0),
        (Route::Login, 1, 1.0),
    ] {
        let Some(times) = results.times(ours, theirs, route, at) else { continue };
        let connections = if at == 1 { "connection" } else { "connections" };
        goals.add(
            &format!(
                "PostgreSQL, {at} {connections}, {}: ≥ {goal:.0}× the requests per second of {YARDSTICK}",
                route.name()
            ),
            &format!("{}×", times.show(1)),
            times.median() >= goal,
            if route == Route::Read { because::FULL } else { because::BATCH },
        );
    }
}

fn latency(results: &Results, goals: &mut Goals) {
    let pair = |library| results.subject(library, Store::Postgres);
    let (Some(ours), Some(theirs)) = (pair(OURS), pair(YARDSTICK)) else { return };
    for route in [Route::Read, Route::Write] {
        let p99 = results.each(ours, route, 256, |sample| Some(sample.run.p99.as_secs_f64() * 1e3));
        let median =
            results.each(theirs, route, 256, |sample| Some(sample.run.median.as_secs_f64() * 1e3));
        let (Some(p99), Some(median)) = (p99, median) else { continue };
        goals.add(
            &format!(
                "PostgreSQL, 256 connections, {}: p99 below the median of {YARDSTICK}",
                route.name()
            ),
            &format!("{} ms against {} ms", p99.show(1), median.show(1)),
            p99.median() < median.median(),
            because::FULL,
        );
    }
}

fn cpu(results: &Results, goals: &mut Goals) {
    for (store, route, anchor, goal) in ANCHORS {
        let cpu = |library| {
            let subject = results.subject(library, store)?;
            results.cpu(subject, route).map(|cpu| (library, cpu))
        };
        let peers = [YARDSTICK, "axum_session", "actix-session"].into_iter().filter_map(cpu);
        let least = peers.min_by(|(_, one), (_, other)| one.median().total_cmp(&other.median()));
        let (Some((_, ours)), Some((peer, least))) = (cpu(OURS), least) else { continue };
        let limit = goal * least.median() / anchor;
        goals.add(
            &format!("CPU above plain, {}, {}: ≤ {goal} µs", store.name(), route.name()),
            &format!(
                "{} µs; {peer} {} µs, which was {anchor}, so the limit here is {limit:.1}",
                ours.show(1),
                least.show(1)
            ),
            ours.median() <= limit,
            match store {
                Store::Memory => because::COPY,
                Store::Cookie => because::CIPHER,
                Store::Redis => because::CLIENT,
                _ => "",
            },
        );
    }
}

fn instructions(results: &Results, goals: &mut Goals) {
    for (case, goal) in [("read", 6000.0), ("write", 13_000.0)] {
        let counted = |case| results.instructions(case);
        let (Some(plain), Some(all)) = (counted("plain"), counted(case)) else { continue };
        goals.add(
            &format!("Instructions above plain, in memory, {case}: ≤ {goal}"),
            &format!("{:.0}", all - plain),
            all - plain <= goal,
            because::HASH,
        );
    }
}

fn statements(results: &Results, goals: &mut Goals) {
    for store in [Store::Postgres, Store::Redis] {
        let counts = results.subject(OURS, store).and_then(|subject| results.counts(subject));
        let Some(counts) = counts else { continue };
        for (route, goal) in [(Route::Read, 1.0), (Route::Write, 2.0), (Route::Login, 2.0)] {
            let Some(asked) = counts.asked(route, 1) else { continue };
            goals.add(
                &format!("Round trips, {}, {}: ≤ {goal}", store.name(), route.name()),
                &format!("{:.2}", asked.round_trips),
                // What the store does by itself, such as sweeping, is no part of a request.
                asked.round_trips < goal + 0.1,
                "",
            );
        }
    }
}

fn bytes(results: &Results, goals: &mut Goals) {
    let payload = serde_json::to_vec(&shop::Shop::of(1)).expect("a shop is JSON").len();
    let payload = float(payload as u64);
    for store in [Store::Postgres, Store::Redis, Store::Cookie] {
        let counts = results.subject(OURS, store).and_then(|subject| results.counts(subject));
        let Some(bytes) = counts.and_then(|counts| counts.bytes) else { continue };
        goals.add(
            &format!("Bytes stored, {}: ≤ 2× the JSON of {payload}", store.name()),
            &format!("{bytes:.0}, {:.1}×", bytes / payload),
            bytes <= 2.0 * payload,
            match store {
                Store::Redis => because::REDIS,
                Store::Cookie => because::BASE64,
                _ => "",
            },
        );
    }
}
