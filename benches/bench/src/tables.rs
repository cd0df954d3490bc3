//! The tables of all that was measured.

use std::fmt::Write as _;

use report::Series;

use crate::instructions::Instructions;
use crate::plan::{Load, NODES, Route, Subject};
use crate::results::Results;
use crate::wrk::Run;

fn cell(series: Option<Series>, digits: usize) -> String {
    series.map_or_else(|| "–".to_owned(), |series| series.show(digits))
}

fn head(names: &[&str]) -> String {
    format!("| | {} |\n| --- |{}\n", names.join(" | "), " ---: |".repeat(names.len()))
}

/// A table with a row for each subject for which `row` has cells, unless all of them are empty.
fn table(
    results: &Results,
    names: &[&str],
    row: impl Fn(Subject) -> Option<Vec<String>>,
) -> String {
    let mut text = head(names);
    for subject in results.subjects() {
        let cells = row(subject).filter(|cells| cells.iter().any(|cell| cell != "–"));
        if let Some(cells) = cells {
            let _ = writeln!(text, "| {} | {} |", subject.name(), cells.join(" | "));
        }
    }
    text
}

/// Requests per second over 64 connections, and the share of the plain route's.
pub(crate) fn throughput(results: &Results) -> String {
    let names = ["plain", "read", "of plain", "write", "of plain", "log-in", "of plain"];
    table(results, &names, |subject| {
        let mut cells = vec![cell(results.throughput(subject, Load::over(64, Route::Plain)), 0)];
        for load in Route::OPERATIONS.map(|route| Load::over(64, route)) {
            cells.push(cell(results.throughput(subject, load), 0));
            cells.push(cell(results.share(subject, load), 3));
        }
        Some(cells)
    })
}

/// Requests per second over fewer or more connections.
pub(crate) fn throughput_over(results: &Results, connections: usize) -> String {
    table(results, &Route::OPERATIONS.map(Route::name), |subject| {
        let loads = Route::OPERATIONS.map(|route| Load::over(connections, route));
        Some(loads.map(|load| cell(results.throughput(subject, load), 0)).to_vec())
    })
}

/// Log-ins per second of each kind.
pub(crate) fn log_ins(results: &Results) -> String {
    table(results, &["first", "of another user", "of one user"], |subject| {
        let [first, another, one] = [Route::Begin, Route::Login, Route::LoginOne]
            .map(|route| results.throughput(subject, Load::over(64, route)));
        first.is_some().then(|| [first, another, one].map(|series| cell(series, 0)).to_vec())
    })
}

/// Requests per second by the number of nodes.
pub(crate) fn nodes(results: &Results) -> String {
    let mut text = head(&["1 node", "2 nodes", "4 nodes", "8 nodes"]);
    let mut subjects: Vec<Subject> = Vec::new();
    for sample in &results.nodes {
        if !subjects.contains(&sample.subject) {
            subjects.push(sample.subject);
        }
    }
    for route in Route::ON_NODES {
        for subject in &subjects {
            let loads = [1].into_iter().chain(NODES).map(|nodes| Load::on(nodes, route));
            let cells: Vec<String> =
                loads.map(|load| cell(results.throughput(*subject, load), 0)).collect();
            let _ =
                writeln!(text, "| {}: {} | {} |", route.name(), subject.library, cells.join(" | "));
        }
    }
    text
}

/// Server CPU per request.
pub(crate) fn cpu(results: &Results) -> String {
    table(results, &["plain", "read above it", "write above it", "log-in above it"], |subject| {
        let plain = Load::over(64, Route::Plain);
        let plain = results.each(subject, plain, |sample| Some(sample.run.cpu_per_request()));
        let mut cells = vec![cell(plain, 1)];
        cells.extend(Route::OPERATIONS.map(|route| cell(results.cpu(subject, route), 1)));
        Some(cells)
    })
}

/// Milliseconds at 256 connections.
pub(crate) fn latency(results: &Results) -> String {
    let names = ["read p50", "read p99", "write p50", "write p99", "log-in p50", "log-in p99"];
    table(results, &names, |subject| {
        let mut cells = Vec::new();
        for load in Route::OPERATIONS.map(|route| Load::over(256, route)) {
            for figure in [(|run| run.median) as fn(&Run) -> std::time::Duration, |run| run.p99] {
                let milliseconds = results
                    .each(subject, load, |sample| Some(figure(&sample.run).as_secs_f64() * 1e3));
                cells.push(cell(milliseconds, 1));
            }
        }
        Some(cells)
    })
}

/// What the databases were asked, and how much they keep.
pub(crate) fn counts(results: &Results) -> String {
    let mut text = head(&["read", "write", "log-in", "bytes"]);
    for (subject, counts) in &results.counts {
        let mut cells: Vec<String> = Route::OPERATIONS
            .map(|route| {
                let shown = [1, 64].map(|connections| {
                    counts
                        .asked(route, connections)
                        .map(|asked| format!("{:.2} / {:.2}", asked.statements, asked.round_trips))
                });
                let [Some(one), Some(many)] = shown else { return "–".to_owned() };
                format!("{one}; {many}")
            })
            .to_vec();
        cells.push(counts.bytes.map_or_else(|| "–".to_owned(), |bytes| format!("{bytes:.0}")));
        let _ = writeln!(text, "| {} | {} |", subject.name(), cells.join(" | "));
    }
    text
}

/// Instructions per call.
pub(crate) fn instructions(results: &Results) -> String {
    let mut text = head(&["instructions", "without hashing", "without hashing, above plain"]);
    let plain = results.instructions("plain").map_or(0.0, Instructions::without_hashing);
    for count in &results.instructions {
        let without = count.without_hashing();
        let above =
            if without > plain { format!("{:.0}", without - plain) } else { "–".to_owned() };
        let _ = writeln!(text, "| {} | {:.0} | {without:.0} | {above} |", count.about, count.each);
    }
    text
}

/// What minimal applications take to build.
pub(crate) fn applications(results: &Results) -> String {
    let mut text = head(&["crates", "CPU seconds"]);
    for built in &results.built {
        let _ = writeln!(text, "| {} | {} | {:.0} |", built.name(), built.crates, built.cpu);
    }
    text
}
