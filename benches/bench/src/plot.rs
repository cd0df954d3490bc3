//! The plot: bars for requests per second on PostgreSQL, and for CPU per request on every store.

use std::fmt::Write as _;

use crate::plan::{OURS, Route, Store, Subject};
use crate::results::Results;
use crate::series::Series;

const WIDTH: f64 = 860.0;
/// Where bars begin, and how long the longest of a panel is.
const LEFT: f64 = 270.0;
const LENGTH: f64 = 470.0;
const ROW: f64 = 20.0;

/// An SVG that grows downwards.
#[derive(Debug, Default)]
struct Plot {
    shapes: String,
    height: f64,
}

/// What a bar is of, whether it is this library's, and its figure.
type Bar = (String, bool, Series);

/// The whole plot, as SVG.
pub(crate) fn draw(results: &Results) -> String {
    let mut plot = Plot { height: 10.0, ..Plot::default() };
    let bars = |label: &dyn Fn(Subject) -> Option<(String, Series)>| -> Vec<Bar> {
        let bar = |subject: Subject| {
            label(subject).map(|(label, series)| (label, subject.library == OURS, series))
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

impl Plot {
    /// A title, and a bar for each figure.
    fn panel(&mut self, title: &str, digits: usize, bars: &[Bar]) {
        if bars.is_empty() {
            return;
        }
        let longest = bars.iter().map(|(_, _, series)| series.most());
        let longest = longest.fold(f64::MIN_POSITIVE, f64::max);
        self.height += ROW;
        self.text(10.0, title, "class=\"title\"");
        for (label, ours, series) in bars {
            self.height += ROW;
            self.text(LEFT - 8.0, label, "text-anchor=\"end\"");
            let scale = |number: f64| number.max(0.0) / longest * LENGTH;
            let (y, end) = (self.height - 13.0, scale(series.median()));
            let class = if *ours { "ours" } else { "theirs" };
            let _ = writeln!(
                self.shapes,
                r#"<rect class="{class}" x="{LEFT}" y="{y:.1}" width="{end:.1}" height="15"/>"#
            );
            let (least, most) = (LEFT + scale(series.least()), LEFT + scale(series.most()));
            let middle = y + 7.5;
            let _ = writeln!(
                self.shapes,
                r#"<line x1="{least:.1}" y1="{middle:.1}" x2="{most:.1}" y2="{middle:.1}"/>"#
            );
            self.text(most + 6.0, &format!("{:.digits$}", series.median()), "");
        }
        self.height += ROW / 2.0;
    }

    fn text(&mut self, x: f64, text: &str, attributes: &str) {
        let y = self.height;
        let _ = writeln!(self.shapes, r#"<text x="{x:.1}" y="{y:.1}" {attributes}>{text}</text>"#);
    }

    fn finish(self) -> String {
        let Self { shapes, height } = self;
        let height = height + 24.0;
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif" font-size="12">
<style>.title {{ font-weight: bold; font-size: 13px }} .ours {{ fill: #d2691e }} .theirs {{ fill: #8aa4bf }} line {{ stroke: #333; stroke-width: 1.5 }}</style>
<rect width="100%" height="100%" fill="white"/>
{shapes}<text x="10" y="{:.1}" fill="#555">Bars are medians over all rounds; the line in a bar goes from the least to the most.</text>
</svg>
"##,
            height - 8.0
        )
    }
}
