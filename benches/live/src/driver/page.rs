//! The page that a run writes.

use std::fmt::Write as _;
use std::time::Duration;

use super::backend::Kind;
use super::burst::Burst;
use super::costs::{Idle, Memory};
use super::fault_injection::From;
use super::faults::Outcome;
use super::figures::{Latencies, show};
use super::results::Results;
use super::timings::Timings;

/// All tables, in Markdown.
pub(super) fn write(results: &Results, took: Duration) -> String {
    let machine = report::machine(&["postgres", "redis-server"]);
    let minutes = took.as_secs_f64() / 60.0;
    let mut page = format!(
        "Machine: {machine}. SQLite is the one built into the program. The run took {minutes:.0} minutes.\n"
    );
    if !results.timings.is_empty() {
        timings(&mut page, &results.timings);
    }
    if !results.idle.is_empty() {
        idle(&mut page, &results.idle);
    }
    if let Some(memory) = &results.memory {
        bytes(&mut page, memory);
    }
    if !results.faults.is_empty() {
        faults(&mut page, &results.faults);
    }
    if !results.bursts.is_empty() {
        bursts(&mut page, &results.bursts);
    }
    page
}

fn line(page: &mut String, text: &str) {
    _ = writeln!(page, "{text}");
}

fn timings(page: &mut String, all: &[Timings]) {
    line(page, "\n## From the end to the closed stream\n");
    line(
        page,
        "Milliseconds from the answer to the request that ends the session (for a limit, from its moment) to the closed \
         connection at the client: p50 / p99 / max. *Here* is the node that ends it, or was used last; 0.0 is before the answer.",
    );
    for run in all {
        let feed = if run.has_feed { "with the feed" } else { "without the feed" };
        _ = writeln!(page, "\n### {}, {feed}\n", run.kind.name());
        line(page, "| ending | endings | here | other nodes |\n| --- | ---: | ---: | ---: |");
        for (ending, times) in &run.endings {
            let (here, elsewhere) = (&times.here, &times.elsewhere);
            let number = (here.number() + elsewhere.number()) / super::nodes::NODES;
            _ = writeln!(
                page,
                "| {} | {number} | {} | {} |",
                ending.name(),
                here.show(),
                elsewhere.show()
            );
        }
        let ended = report::float(run.ended as u64);
        let each = |count| report::float(count) / ended;
        _ = writeln!(
            page,
            "\nLive sessions that went on: {}, wrongly ended: {}. The three nodes together asked {:.2} questions for \
             {:.2} sessions for each ending, and loaded {:.2}; requests load too.",
            run.bystanders,
            count(run.wrongly_closed),
            each(run.counts.questions),
            each(run.counts.asked),
            each(run.counts.loads),
        );
    }
}

fn idle(page: &mut String, all: &[Idle]) {
    line(page, "\n## A node with nothing to do\n");
    line(
        page,
        "Each second, over ten seconds; each node alone on its database. Statements are those that PostgreSQL counts \
         (`pg_stat_statements`, with `BEGIN` and the like), and scripts that Redis has run.",
    );
    line(
        page,
        "\n| store | live sessions | feed | statements | questions for live sessions | sessions asked for | ms of the processor |\n\
         | --- | ---: | --- | ---: | ---: | ---: | ---: |",
    );
    for idle in all {
        let statements =
            idle.statements.map_or_else(|| "not counted".into(), |n| format!("{n:.1}"));
        _ = writeln!(
            page,
            "| {} | {} | {} | {statements} | {:.1} | {:.0} | {:.0} |",
            idle.kind.name(),
            idle.sessions,
            if idle.has_feed { "up" } else { "down" },
            idle.questions,
            idle.asked,
            idle.processor,
        );
    }
}

fn bytes(page: &mut String, memory: &Memory) {
    let Memory { sessions, heap, resident } = memory;
    _ = writeln!(
        page,
        "\n## Memory\n\n{sessions} live sessions, each held by one handle (`Sessions::live`) without a connection: {heap:.0} \
         bytes each by a counting allocator, {resident:.0} by the resident memory of the process, before and after."
    );
}

fn faults(page: &mut String, all: &[Outcome]) {
    line(page, "\n## Faults\n");
    line(
        page,
        "Twenty sessions with a stream on each node end while the fault lasts. Milliseconds to the closed connection, p50 / \
         p99 / max, from the end of the session or, where the nodes cannot reach the store, from the end of the fault. Of 60 streams or fewer, p99 is \
         the longest.",
    );
    line(
        page,
        "\n| store | fault | from | bound | milliseconds | kept | others wrongly closed | questions / sessions asked for |\n\
         | --- | --- | --- | ---: | ---: | --- | ---: | ---: |",
    );
    for outcome in all {
        _ = writeln!(
            page,
            "| {} | {} | {} | {} s | {} | {} | {} of {} | {} / {} |",
            outcome.kind.name(),
            outcome.name,
            match outcome.from {
                From::Ended => "the session's end",
                From::Healed => "the fault's end",
            },
            outcome.bound,
            outcome.latencies.show(),
            verdict(&outcome.latencies, outcome.bound),
            count(outcome.wrongly_closed),
            outcome.bystanders,
            outcome.counts.questions,
            outcome.counts.asked,
        );
    }
}

fn bursts(page: &mut String, all: &[(Kind, Burst)]) {
    line(page, "\n## A burst\n");
    line(
        page,
        "`revoke_all` for each of so many users, 32 at once over all nodes; each has one session, which is watched on another \
         node than the one that ends it. Milliseconds from the answer to the end of `Live::ended`, p50 / p99 / max.",
    );
    line(
        page,
        "\n| store | sessions | revocations a second | milliseconds | within 1 s | others wrongly closed | questions / sessions asked for |\n\
         | --- | ---: | ---: | ---: | --- | ---: | ---: |",
    );
    for (kind, burst) in all {
        _ = writeln!(
            page,
            "| {} | {} | {:.0} | {} | {} | {} of {} | {} / {} |",
            kind.name(),
            burst.sessions,
            burst.rate,
            burst.latencies.show(),
            verdict(&burst.latencies, 1),
            count(burst.wrongly_closed),
            burst.bystanders,
            burst.counts.questions,
            burst.counts.asked,
        );
    }
}

/// Whether all were closed within so many seconds.
fn verdict(latencies: &Latencies, bound: u32) -> String {
    match latencies.max() {
        Some(max) if latencies.open == 0 && max <= f64::from(bound) * 1000.0 => "yes".to_owned(),
        Some(max) => format!("**no** ({})", show(max)),
        None => "**no**".to_owned(),
    }
}

/// A count that should be zero.
fn count(number: usize) -> String {
    if number == 0 { "0".to_owned() } else { format!("**{number}**") }
}
