//! The tables of all that was measured.

use std::fmt::Write as _;

use report::Series;

use crate::plan::{Route, Subject};
use crate::results::Results;

fn cell(series: Option<Series>, digits: usize) -> String {
    series.map_or_else(|| "–".to_owned(), |series| series.show(digits))
}

/// A table with a row for each subject for which `row` has cells.
fn table(results: &Results, head: &[&str], row: impl Fn(Subject) -> Option<Vec<String>>) -> String {
    let mut text = format!("| | {} |\n| --- |{}\n", head.join(" | "), " ---: |".repeat(head.len()));
    for subject in results.subjects() {
        if let Some(cells) = row(subject) {
            let _ = writeln!(text, "| {} | {} |", subject.name(), cells.join(" | "));
        }
    }
    text
}

/// Requests per second, and the share of the plain route's.
pub(crate) fn throughput(results: &Results, connections: usize) -> String {
    let head = ["plain", "read", "of plain", "write", "of plain", "login", "of plain"];
    table(results, &head, |subject| {
        let mut cells = vec![cell(results.throughput(subject, Route::Plain, connections), 0)];
        for route in Route::WITH_SESSION {
            cells.push(cell(results.throughput(subject, route, connections), 0));
            cells.push(cell(results.share(subject, route, connections), 3));
        }
        cells.iter().any(|cell| cell != "–").then_some(cells)
    })
}

/// Server CPU per request.
pub(crate) fn cpu(results: &Results) -> String {
    table(results, &["plain", "read above it", "write above it", "login above it"], |subject| {
        let plain =
            results.each(subject, Route::Plain, 64, |sample| Some(sample.run.cpu_per_request()));
        let mut cells = vec![cell(plain, 1)];
        cells.extend(Route::WITH_SESSION.map(|route| cell(results.cpu(subject, route), 1)));
        Some(cells)
    })
}

/// Milliseconds at 256 connections.
pub(crate) fn latency(results: &Results) -> String {
    table(results, &["read p50", "read p99", "write p50", "write p99"], |subject| {
        let mut cells = Vec::new();
        for route in [Route::Read, Route::Write] {
            let of = |figure: fn(&crate::wrk::Run) -> std::time::Duration| {
                results.each(subject, route, 256, |sample| {
                    Some(figure(&sample.run).as_secs_f64() * 1e3)
                })
            };
            cells.push(of(|run| run.median)?.show(1));
            cells.push(of(|run| run.p99)?.show(1));
        }
        Some(cells)
    })
}

/// What the databases were asked, and how much they keep.
pub(crate) fn counts(results: &Results) -> String {
    let head = ["read", "write", "login", "bytes"];
    table(results, &head, |subject| {
        let counts = results.counts(subject)?;
        let mut cells: Vec<String> = Route::WITH_SESSION
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
        Some(cells)
    })
}

/// Instructions per call.
pub(crate) fn instructions(results: &Results) -> String {
    let mut text = "| | instructions | above plain |\n| --- | ---: | ---: |\n".to_owned();
    let plain = results.instructions("plain").unwrap_or(0.0);
    for count in &results.instructions {
        let above = if count.each > plain {
            format!("{:.0}", count.each - plain)
        } else {
            "–".to_owned()
        };
        let _ = writeln!(text, "| {} | {:.0} | {above} |", count.about, count.each);
    }
    text
}
