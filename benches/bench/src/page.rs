//! The page that a run writes.

use std::fmt::Write as _;

use crate::goals::{self, times_the_yardstick};
use crate::plan::{Load, Route, YARDSTICK};
use crate::results::Results;
use crate::tables;

/// The whole page, in Markdown.
pub(crate) fn write(results: &Results) -> String {
    let Results { rounds, seconds, machine, .. } = results;
    let minutes = results.parts.iter().fold(0.0, |sum, measured| sum + measured.minutes);
    let mut page = format!(
        "# Benchmarks

{summary}

![Requests per second with this library and others](benchmarks.svg)

In the tables, a figure is the median of all rounds, with the least and the most in parentheses. Where two ranges overlap,
this run does not tell which is better. [How it is measured](../benches/README.md), and with which settings of each library.
",
        summary = summary(results),
    );
    let sections = [
        (
            "Requests per second",
            "Over 64 connections. *Of plain* is the share of the requests per second of the same server's route without a session.",
            tables::throughput(results),
        ),
        ("", "Over 1 connection:", tables::throughput_over(results, 1)),
        ("", "Over 256 connections:", tables::throughput_over(results, 256)),
        (
            "Several nodes",
            "Requests per second on one PostgreSQL. The nodes share the 64 connections, and the core that one server has.",
            tables::nodes(results),
        ),
        (
            "Log-ins",
            "Log-ins per second over 64 connections: of visitors without a session (*first*); of another user in an existing session; and of one user who has all
sessions, more than two thousand.",
            tables::log_ins(results),
        ),
        (
            "Latency",
            "In milliseconds, over 256 connections.",
            tables::latency(results),
        ),
        (
            "Server CPU per request",
            "In microseconds, over 64 connections.",
            tables::cpu(results),
        ),
        (
            "Statements and bytes",
            "Statements / round trips per request, over 1 connection; then over 64. *Bytes* is what a session takes up: the row in
PostgreSQL, the memory of all keys in Redis, the `Cookie` header for cookies.",
            tables::counts(results),
        ),
        (
            "Instructions",
            "Of one call in memory, without a network, counted by callgrind. It emulates a processor without instructions for SHA-256,
where hashing costs much more than on most servers. So the last two columns leave out the compression function of SHA-256.",
            tables::instructions(results),
        ),
        (
            "Building an application",
            "A minimal application with one route and a session: the crates that it is built of, and the processor's seconds for a
first unoptimized build.",
            tables::applications(results),
        ),
        (
            "Goals",
            "Each with its figure from above; ratios are taken within a round, where what disturbs the machine disturbs both.",
            goals::table(results),
        ),
    ];
    for (title, text, table) in sections {
        // A head and a line below it are no table.
        if table.lines().count() > 2 {
            let title = if title.is_empty() { String::new() } else { format!("## {title}\n\n") };
            let _ = write!(page, "\n{title}{text}\n\n{table}");
        }
    }
    let failures: Vec<&String> =
        results.parts.iter().flat_map(|measured| measured.failures.lines()).collect();
    if !failures.is_empty() {
        let _ = write!(page, "\n## Not measured\n\n");
        for failure in failures {
            let _ = writeln!(page, "- {failure}");
        }
    }
    let _ = write!(
        page,
        "\n## This run

`benches/run.sh` wrote this page in {minutes:.0} minutes, with {rounds} rounds of {seconds} s for each server and route, half as many over 1
and 256 connections and on several nodes. The machine: {machine}.
"
    );
    page
}

/// The first sentences.
fn summary(results: &Results) -> String {
    let mut text = "One server per library, all with the same routes and the same sessions, measured in turns on one machine.".to_owned();
    let times = |load: fn(Route) -> Load| {
        let [read, write, login] = Route::OPERATIONS
            .map(|route| Some(times_the_yardstick(results, load(route))?.median()));
        Some(format!(
            "{:.1} times the reads, {:.1} times the writes and {:.1} times the log-ins",
            read?, write?, login?
        ))
    };
    if let Some(times) = times(|route| Load::over(64, route)) {
        let _ = write!(
            text,
            "\nOn PostgreSQL, with 64 requests at once, this library answers {times} per second of {YARDSTICK}."
        );
    }
    if let Some(times) = times(|route| Load::on(8, route)) {
        let _ = write!(text, "\nWith eight nodes on one database, it is {times}.");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{Failure, Failures};
    use crate::options::Part;

    #[test]
    fn a_page_has_no_empty_tables_and_lists_what_failed() {
        let mut results = Results::default();
        let page = write(&results);
        assert!(!page.contains("## Latency"), "{page}");
        assert!(!page.contains("## Not measured"), "{page}");
        let mut failures = Failures::default();
        failures.add(&Failure("a server does not start".to_owned()));
        results.done(Part::Rounds, 1.0, failures);
        let page = write(&results);
        assert!(page.contains("## Not measured\n\n- a server does not start\n"), "{page}");
    }
}
