//! The plot: bars for requests per second on PostgreSQL, and for CPU per request on every store.

use report::{Bar, Plot, Series};

use crate::plan::{OURS, Route, Store, Subject};
use crate::results::Results;

/// The whole plot, as SVG.
pub(crate) fn draw(results: &Results) -> String {
    let mut plot = Plot::new();
    let bars = |label: &dyn Fn(Subject) -> Option<(String, Series)>| -> Vec<Bar> {
        let bar = |subject: Subject| {
            let (label, figure) = label(subject)?;
            Some(Bar { label, stressed: subject.library == OURS, figure })
        };
        results.subjects().into_iter().filter_map(bar).collect()
    };
    for route in Route::WITH_SESSION {
        let on_postgres = |subject: Subject| {
            matches!(subject.store, Store::Postgres | Store::Cached)
                .then(|| results.throughput(subject, route, 64))
                .flatten()
                .map(|series| (subject.name(), series))
        };
        let title = format!("PostgreSQL, 64 connections, {}: requests per second", route.name());
        plot.panel(&title, 0, &bars(&on_postgres));
    }
    for store in [Store::Memory, Store::Cookie, Store::Redis, Store::Sqlite, Store::Postgres] {
        let mut all = Vec::new();
        for route in [Route::Read, Route::Write] {
            let above_plain = |subject: Subject| {
                (subject.store == store)
                    .then(|| results.cpu(subject, route))
                    .flatten()
                    .map(|series| (format!("{}, {}", subject.library, route.name()), series))
            };
            all.extend(bars(&above_plain));
        }
        let title = format!("{}: server CPU above the plain route, µs per request", store.name());
        plot.panel(&title, 1, &all);
    }
    plot.finish()
}
