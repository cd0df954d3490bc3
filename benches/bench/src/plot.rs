//! The plot: bars for requests per second.

use report::{Bar, Plot};

use crate::plan::{Load, NODES, OURS, Route, Store, Subject};
use crate::results::Results;

/// The whole plot, as SVG.
pub(crate) fn draw(results: &Results) -> String {
    let mut plot = Plot::new();
    let bar = |subject: Subject, load: Load, label: String| {
        let figure = results.throughput(subject, load)?;
        Some(Bar { label, stressed: subject.library == OURS, figure })
    };
    for route in Route::OPERATIONS {
        let load = Load::over(64, route);
        let on_postgres = results
            .subjects()
            .into_iter()
            .filter(|subject| matches!(subject.store, Store::Postgres | Store::Cached));
        let bars: Vec<Bar> =
            on_postgres.filter_map(|subject| bar(subject, load, subject.name())).collect();
        let title = format!("PostgreSQL, {}: requests per second", route.name());
        plot.panel(&title, 0, &bars);
    }
    let groups = [
        (Store::Postgres, NODES[NODES.len() - 1]),
        (Store::Memory, 1),
        (Store::Redis, 1),
        (Store::Cookie, 1),
    ];
    for (store, nodes) in groups {
        let mut bars = Vec::new();
        for load in Route::OPERATIONS.map(|route| Load::on(nodes, route)) {
            let on_store = results.subjects().into_iter().filter(|subject| subject.store == store);
            bars.extend(on_store.filter_map(|subject| {
                bar(subject, load, format!("{}: {}", load.route.name(), subject.library))
            }));
        }
        let nodes = if nodes == 1 { String::new() } else { format!(", {nodes} nodes") };
        plot.panel(&format!("{}{nodes}: requests per second", store.name()), 0, &bars);
    }
    plot.finish()
}
