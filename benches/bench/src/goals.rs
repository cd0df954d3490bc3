//! The goals, each met or missed, with the figure and, for a missed one, what it would take.

use std::fmt::Write as _;

use report::{Series, float};

use crate::plan::{Load, OURS, Route, Store, Subject, YARDSTICK};
use crate::results::Results;

/// What stands in the way of goals, as profiles of the programs show it: told where one is missed.
mod because {
    pub(super) const READ: &str = "PostgreSQL and wrk share a core. Of many reads at once one costs PostgreSQL 19 thousand instructions, about \
        1,300 for each of thirteen columns: a load that names the revision it has already needs four of them";
    pub(super) const WRITE: &str = "a write is a read and an update, which cost PostgreSQL 19 and 41 thousand instructions each when many \
        come at once";
    pub(super) const NODES: &str = "with more nodes batches are smaller, and a lone read costs PostgreSQL 3.8 times what one of sixteen does, a lone write 2.7 times";
    pub(super) const NODES_LOGIN: &str = "here every log-in takes a session from somebody else, of which PostgreSQL notifies, and transactions that notify \
        commit one after the other: first log-ins, of which nobody is notified, show what it costs";
    pub(super) const MEMORY: &str = "the plain route shows how much of a request is the server's and the socket's; a log-in encodes every field \
        and hashes three times";
    pub(super) const REDIS: &str = "the script of an update, which Redis runs on the core of wrk: reading the record, the index of its principal, \
        and writing both";
    pub(super) const CIPHER: &str = "beside what it costs in memory, a session is opened, sealed with \
        a nonce from the system, and encoded in base64 both ways";
    pub(super) const COPY: &str = "the state is copied once for the handler to change, field by field, and five allocations carry a request";
    pub(super) const SEALED: &str = "beside what it costs unsealed, a record is opened and sealed";
    pub(super) const CARRIED: &str = "five allocations carry a request";
    pub(super) const REDIS_BYTES: &str = "the fields, the digest and the handle alone have 243 bytes; Redis's entry and the key take 88, the \
        principal's index 120, the times and lengths of the head 71";
    pub(super) const COOKIE_BYTES: &str = "key id, nonce, tag and times, in base64";
    pub(super) const CRATES: &str = "a dependency must go";
}

/// The least requests per second, as a multiple of the yardstick's on PostgreSQL.
const TIMES: [(Load, f64, &str); 10] = [
    (Load::over(64, Route::Read), 4.0, because::READ),
    (Load::over(64, Route::Write), 8.0, because::WRITE),
    (Load::over(64, Route::Login), 8.0, because::WRITE),
    (Load::over(64, Route::LoginOne), 6.0, because::WRITE),
    (Load::on(8, Route::Read), 3.0, because::NODES),
    (Load::on(8, Route::Write), 5.0, because::NODES),
    (Load::on(8, Route::Login), 5.0, because::NODES_LOGIN),
    (Load::over(1, Route::Read), 1.0, ""),
    (Load::over(1, Route::Write), 1.0, ""),
    (Load::over(1, Route::Login), 1.0, ""),
];

/// The same of the best peer's on other stores, at 64 connections.
const TIMES_BEST: [(Store, Route, f64, &str); 5] = [
    (Store::Memory, Route::Read, 1.3, because::MEMORY),
    (Store::Memory, Route::Write, 1.2, because::MEMORY),
    (Store::Memory, Route::Login, 1.2, because::MEMORY),
    (Store::Redis, Route::Write, 1.5, because::REDIS),
    (Store::Redis, Route::Login, 1.5, because::REDIS),
];

/// The most CPU above the plain route, in percent of what the best peer needs.
const CPU: [(Store, Route, f64, &str); 9] = [
    (Store::Memory, Route::Read, 50.0, because::CARRIED),
    (Store::Memory, Route::Write, 55.0, because::COPY),
    (Store::Redis, Route::Read, 58.0, because::REDIS),
    (Store::Redis, Route::Write, 61.0, because::REDIS),
    (Store::Postgres, Route::Read, 22.0, ""),
    (Store::Postgres, Route::Write, 18.0, ""),
    (Store::Postgres, Route::Login, 18.0, ""),
    (Store::Cookie, Route::Read, 50.0, because::CIPHER),
    (Store::Cookie, Route::Write, 50.0, because::CIPHER),
];

/// The most instructions above a request without a session, hashing not counted.
const INSTRUCTIONS: [(&str, &str, f64, &str); 4] = [
    ("read", "read in memory", 6_000.0, because::CARRIED),
    ("write", "write in memory", 13_000.0, because::COPY),
    ("sealed read", "sealed read in memory", 12_000.0, because::SEALED),
    ("sealed write", "sealed write in memory", 22_000.0, because::SEALED),
];

/// The cases that differ in the number of fields alone.
const FIELDS: [&str; 2] = ["write of 5", "write of 50"];

/// The rows of a table: goal, figure, whether it is met.
#[derive(Debug, Default)]
struct Goals(String);

impl Goals {
    fn add(&mut self, goal: &str, figure: &str, met: bool, because: &str) {
        let _ = match (met, because) {
            (true, _) => writeln!(self.0, "| {goal} | {figure} | met |"),
            (false, "") => writeln!(self.0, "| {goal} | {figure} | **missed** |"),
            (false, because) => writeln!(self.0, "| {goal} | {figure} | **missed**: {because} |"),
        };
    }
}

/// The table, with a row for each goal that the results can judge.
pub(crate) fn table(results: &Results) -> String {
    let mut goals = Goals::default();
    times(results, &mut goals);
    times_best(results, &mut goals);
    latency(results, &mut goals);
    cpu(results, &mut goals);
    instructions(results, &mut goals);
    fields(results, &mut goals);
    round_trips(results, &mut goals);
    bytes(results, &mut goals);
    applications(results, &mut goals);
    let growth = "10 thousand to 10 million rows, 64 callers: reads and writes < 2×";
    let _ = writeln!(goals.0, "| {growth} | | see [growth](growth.md) |");
    format!("| goal | figure | |\n| --- | --- | --- |\n{}", goals.0)
}

/// How this library and the yardstick compare on PostgreSQL.
pub(crate) fn times_the_yardstick(results: &Results, load: Load) -> Option<Series> {
    let on_postgres = |library| results.subject(library, Store::Postgres);
    results.times(on_postgres(OURS)?, on_postgres(YARDSTICK)?, load)
}

fn times(results: &Results, goals: &mut Goals) {
    for (load, goal, because) in TIMES {
        let Some(times) = times_the_yardstick(results, load) else { continue };
        let Load { route, connections, nodes } = load;
        let under = match (connections, nodes) {
            (_, 2..) => format!("{nodes} nodes"),
            (1, _) => "1 connection".to_owned(),
            _ => format!("{connections} connections"),
        };
        goals.add(
            &format!("PostgreSQL, {under}, {}: ≥ {goal}× {YARDSTICK}", route.name()),
            &format!("{}×", times.show(1)),
            times.median() >= goal,
            because,
        );
    }
}

fn times_best(results: &Results, goals: &mut Goals) {
    for (store, route, goal, because) in TIMES_BEST {
        let load = Load::over(64, route);
        let per_second = |subject: &Subject| {
            results.throughput(*subject, load).map_or(0.0, |series| series.median())
        };
        let best =
            results.peers(store).max_by(|one, other| per_second(one).total_cmp(&per_second(other)));
        let times = best
            .zip(results.subject(OURS, store))
            .and_then(|(best, ours)| Some((best.library, results.times(ours, best, load)?)));
        let Some((best, times)) = times else { continue };
        goals.add(
            &format!("{}, 64 connections, {}: ≥ {goal}× the best peer", store.name(), route.name()),
            &format!("{}× {best}", times.show(2)),
            times.median() >= goal,
            because,
        );
    }
}

fn latency(results: &Results, goals: &mut Goals) {
    let on_postgres = |library| results.subject(library, Store::Postgres);
    let (Some(ours), Some(theirs)) = (on_postgres(OURS), on_postgres(YARDSTICK)) else { return };
    for route in [Route::Read, Route::Write] {
        let load = Load::over(256, route);
        let p99 = results.each(ours, load, |sample| Some(sample.run.p99.as_secs_f64() * 1e3));
        let median =
            results.each(theirs, load, |sample| Some(sample.run.median.as_secs_f64() * 1e3));
        let (Some(p99), Some(median)) = (p99, median) else { continue };
        goals.add(
            &format!(
                "PostgreSQL, 256 connections, {}: p99 below the median of {YARDSTICK}",
                route.name()
            ),
            &format!("{} ms against {} ms", p99.show(1), median.show(1)),
            p99.median() < median.median(),
            because::READ,
        );
    }
}

fn cpu(results: &Results, goals: &mut Goals) {
    for (store, route, goal, because) in CPU {
        let cpu = |subject: Subject| {
            results.cpu(subject, route).map(|cpu| (subject.library, cpu.median()))
        };
        let least = results.peers(store).filter_map(cpu);
        let least = least.min_by(|(_, one), (_, other)| one.total_cmp(other));
        let ours = results.subject(OURS, store).and_then(cpu);
        let (Some((_, ours)), Some((peer, least))) = (ours, least) else { continue };
        goals.add(
            &format!(
                "{}, {}: CPU above plain ≤ {goal} % of the best peer's",
                store.name(),
                route.name()
            ),
            &format!("{ours:.1} µs, {peer} {least:.1} µs: {:.0} %", ours / least * 100.0),
            ours * 100.0 <= goal * least,
            because,
        );
    }
}

/// The instructions of a case above a request without a session, hashing not counted.
fn above_plain(results: &Results, case: &str) -> Option<f64> {
    let counted = |case| Some(results.instructions(case)?.without_hashing());
    Some(counted(case)? - counted("plain")?)
}

fn instructions(results: &Results, goals: &mut Goals) {
    for (case, name, goal, because) in INSTRUCTIONS {
        let Some(above) = above_plain(results, case) else { continue };
        goals.add(
            &format!("Instructions above plain, {name}, without hashing: ≤ {goal}"),
            &format!("{above:.0}"),
            above <= goal,
            because,
        );
    }
}

fn fields(results: &Results, goals: &mut Goals) {
    let [Some(few), Some(many)] = FIELDS.map(|case| above_plain(results, case)) else { return };
    goals.add(
        "A write that changes one of 50 fields: < 2× the instructions above plain of one of 5",
        &format!("{many:.0} against {few:.0}, {:.2}×", many / few),
        many < 2.0 * few,
        because::COPY,
    );
}

fn round_trips(results: &Results, goals: &mut Goals) {
    for store in [Store::Postgres, Store::Redis] {
        let counts = results.subject(OURS, store).and_then(|subject| results.counts(subject));
        let Some(counts) = counts else { continue };
        for (route, goal) in [(Route::Read, 1.0), (Route::Write, 2.0), (Route::Login, 2.0)] {
            let Some(asked) = counts.asked(route, 1) else { continue };
            goals.add(
                &format!("{}, {}: round trips ≤ {goal}", store.name(), route.name()),
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
    let json = float(payload as u64);
    for (store, goal, because) in [
        (Store::Postgres, 2.0 * json, ""),
        (Store::Redis, 272.0, because::REDIS_BYTES),
        (Store::Cookie, 2.0 * json, because::COOKIE_BYTES),
    ] {
        let counts = results.subject(OURS, store).and_then(|subject| results.counts(subject));
        let Some(bytes) = counts.and_then(|counts| counts.bytes) else { continue };
        goals.add(
            &format!("{}: bytes per session ≤ {goal:.0} (its JSON has {payload})", store.name()),
            &format!("{bytes:.0}"),
            bytes <= goal,
            because,
        );
    }
}

fn applications(results: &Results, goals: &mut Goals) {
    for store in [Store::Memory, Store::Postgres].map(Store::name) {
        let built = |library: &str| {
            results.built.iter().find(|built| built.library == library && built.store == store)
        };
        let (Some(ours), Some(theirs)) = (built(OURS), built(YARDSTICK)) else { continue };
        goals.add(
            &format!("A minimal application, {store}: fewer crates than with {YARDSTICK}"),
            &format!("{} against {}", ours.crates, theirs.crates),
            ours.crates < theirs.crates,
            because::CRATES,
        );
        goals.add(
            &format!("A minimal application, {store}: fewer CPU seconds to build"),
            &format!("{:.0} s against {:.0} s", ours.cpu, theirs.cpu),
            ours.cpu < theirs.cpu,
            because::CRATES,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instructions::Instructions;

    fn with_read_of(instructions: f64) -> Results {
        let count = |case: &str, each| Instructions {
            case: case.to_owned(),
            about: String::new(),
            each,
            hashing: 500.0,
        };
        let instructions = vec![count("plain", 5_500.0), count("read", instructions)];
        Results { instructions, ..Results::default() }
    }

    #[test]
    fn a_missed_goal_names_what_it_would_take() {
        let goal = "| Instructions above plain, read in memory, without hashing: ≤ 6000 |";
        let met = table(&with_read_of(11_500.0));
        assert!(met.contains(&format!("{goal} 6000 | met |")), "{met}");
        let missed = table(&with_read_of(11_501.0));
        let row = format!("{goal} 6001 | **missed**: {} |", because::CARRIED);
        assert!(missed.contains(&row), "{missed}");
    }

    #[test]
    fn what_was_not_measured_is_no_goal() {
        assert_eq!(table(&Results::default()).lines().count(), 3, "the head and one link");
    }
}
