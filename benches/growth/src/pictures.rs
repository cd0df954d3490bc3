//! The plot: how the cost of operations, and the bytes of rows, change with the size of the table.

use report::{Bar, Plot, Series};

use crate::operation::Operation::Clean;
use crate::results::Results;
use crate::scale::{CALLERS, OPERATIONS, Scale};
use crate::tables;
use crate::turns::{Sample, Samples};

/// The whole plot, as SVG.
pub(crate) fn draw(results: &Results) -> String {
    let mut plot = Plot::new();
    if let Some(scale) = &results.scale {
        costs(scale, &mut plot);
    }
    for (title, samples) in [
        ("In partitions", &results.partitions),
        ("Settings of the log", &results.commit),
        ("Through a pooler", &results.pooler),
        ("With a replica", &results.replica.as_ref().map(|replica| replica.samples.clone())),
        ("Redis", &results.redis.as_ref().map(|redis| redis.samples.clone())),
    ] {
        if let Some(samples) = samples {
            beside(title, samples, &mut plot);
        }
    }
    plot.finish()
}

/// Those of the largest table stand out.
fn costs(scale: &Scale, plot: &mut Plot) {
    let samples = &scale.samples;
    for callers in CALLERS {
        for operation in OPERATIONS.into_iter().chain([Clean]) {
            let bar = |way: usize| {
                let figure = samples.series(way, operation, callers, Sample::cost)?;
                let stressed = way + 1 == samples.ways.len();
                Some(Bar { label: samples.ways[way].clone(), stressed, figure })
            };
            let bars: Vec<Bar> = (0..samples.ways.len()).filter_map(bar).collect();
            let title = format!("{}, {}: µs per operation", operation.name(), tables::by(callers));
            plot.panel(&title, 1, &bars);
        }
    }
    let bar = |(way, sizes): (usize, &crate::sizes::Sizes)| {
        let figure = Series::new([sizes.total])?;
        let stressed = way + 1 == samples.ways.len();
        Some(Bar { label: samples.ways[way].clone(), stressed, figure })
    };
    let bars: Vec<Bar> = scale.sizes.iter().enumerate().filter_map(bar).collect();
    plot.panel("bytes per row, with all indexes", 0, &bars);
}

/// Those that are not the first stand out.
fn beside(title: &str, samples: &Samples, plot: &mut Plot) {
    let mut bars = Vec::new();
    for operation in OPERATIONS {
        for (way, name) in samples.ways.iter().enumerate() {
            let figure = samples.series(way, operation, 64, |sample| sample.run.per_second());
            // There is one kind of log-in here, and little room.
            let what = operation.name().split(',').next().unwrap_or_default();
            let label = format!("{what}, {name}");
            bars.extend(figure.map(|figure| Bar { label, stressed: way > 0, figure }));
        }
    }
    plot.panel(&format!("{title}: operations per second, 64 callers"), 0, &bars);
}
