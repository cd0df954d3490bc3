//! The tables of what was measured in turns, and how figures are written.

use std::fmt::Write as _;

use report::Series;

use crate::operation::Operation::{self, Clean};
use crate::scale::{OPERATIONS, Scale};
use crate::turns::{Sample, Samples};

/// A table in Markdown, its first column text, the others figures.
pub(crate) fn table(head: &[impl AsRef<str>], rows: &[Vec<String>]) -> String {
    let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
    let mut text =
        format!("| {} |\n| --- |{}\n", head.join(" | "), " ---: |".repeat(head.len() - 1));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// Its median and range, with about three digits.
pub(crate) fn show(series: &Series) -> String {
    series.show(digits(series.median()))
}

/// A number with about three digits.
pub(crate) fn number(number: f64) -> String {
    format!("{number:.*}", digits(number))
}

fn digits(number: f64) -> usize {
    match number {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    }
}

pub(crate) fn cell(series: Option<Series>) -> String {
    series.map_or_else(|| "–".to_owned(), |series| show(&series))
}

/// How many callers.
pub(crate) fn by(callers: u64) -> String {
    if callers == 1 { "1 caller".to_owned() } else { format!("{callers} callers") }
}

/// What one caller waits for, usually and at worst.
pub(crate) fn latency(scale: &Scale) -> String {
    let mut head = vec![String::new()];
    for way in &scale.samples.ways {
        head.extend([way.clone(), "p99".to_owned()]);
    }
    let samples = &scale.samples;
    let ways = 0..samples.ways.len();
    let row = |&operation: &Operation| {
        let mut cells = vec![operation.name().to_owned()];
        for way in ways.clone() {
            cells.push(cell(samples.series(way, operation, 1, |it| it.run.median)));
            cells.push(cell(samples.series(way, operation, 1, |it| it.run.p99)));
        }
        cells
    };
    table(&head, &OPERATIONS.iter().map(row).collect::<Vec<_>>())
}

/// A figure of each operation in each size, and how much it grows to the largest.
pub(crate) fn growth(
    scale: &Scale,
    callers: u64,
    figure: impl Fn(&Sample) -> f64 + Copy,
) -> String {
    let samples = &scale.samples;
    let last = samples.ways.len() - 1;
    let mut head = vec![String::new()];
    head.extend(samples.ways.clone());
    head.push("first to last".to_owned());
    let mut rows = Vec::new();
    for operation in OPERATIONS.into_iter().chain([Clean]) {
        if samples.series(0, operation, callers, figure).is_none() {
            continue;
        }
        let mut cells = vec![operation.name().to_owned()];
        cells.extend((0..=last).map(|way| cell(samples.series(way, operation, callers, figure))));
        let times = samples.times((last, 0), operation, callers, figure);
        cells.push(times.map_or_else(|| "–".to_owned(), |times| format!("{}×", times.show(2))));
        rows.push(cells);
    }
    table(&head, &rows)
}

/// Of each size, what the server counted for an operation by many callers.
pub(crate) fn counted(scale: &Scale, callers: u64) -> String {
    let samples = &scale.samples;
    let mut rows = Vec::new();
    for operation in OPERATIONS.into_iter().chain([Clean]) {
        for (way, name) in samples.ways.iter().enumerate() {
            let callers = if operation == Clean { 1 } else { callers };
            let each = |figure: fn(&crate::database::Asked) -> f64| {
                cell(samples.series(way, operation, callers, |sample| sample.each(figure)))
            };
            rows.push(vec![
                format!("{}, {name}", operation.name()),
                each(|asked| asked.pages),
                each(|asked| asked.read),
                each(|asked| asked.wal),
                each(|asked| asked.images),
            ]);
        }
    }
    table(&["", "pages", "of them read", "bytes of log", "whole pages in it"], &rows)
}

/// Ways beside each other: what one caller waits for, what many get done, and what that is to the first way.
pub(crate) fn beside(samples: &Samples) -> String {
    let mut loads: Vec<(Operation, u64)> = Vec::new();
    for sample in &samples.all {
        if !loads.contains(&(sample.operation, sample.callers)) {
            loads.push((sample.operation, sample.callers));
        }
    }
    let mut head = vec![String::new(), samples.ways[0].clone()];
    for way in &samples.ways[1..] {
        head.extend([way.clone(), "to the first".to_owned()]);
    }
    let row = |&(operation, callers): &(Operation, u64)| {
        let unit = if callers == 1 { "µs" } else { "operations/s" };
        let figure = |sample: &Sample| {
            if callers == 1 { sample.run.median } else { sample.run.per_second() }
        };
        let mut cells = vec![format!("{}, {}, {unit}", operation.name(), by(callers))];
        for way in 0..samples.ways.len() {
            cells.push(cell(samples.series(way, operation, callers, figure)));
            if way > 0 {
                let times = samples.times((way, 0), operation, callers, figure);
                cells.push(cell(times) + "×");
            }
        }
        cells
    };
    table(&head, &loads.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_about_three_digits() {
        assert_eq!([1234.5, 12.345, 1.2345, 0.0].map(number), ["1234", "12.3", "1.23", "0.00"]);
    }

    #[test]
    fn a_table_has_its_text_at_the_left_and_its_figures_at_the_right() {
        let rows = [vec!["read".to_owned(), "1".to_owned()]];
        assert_eq!(table(&["", "µs"], &rows), "|  | µs |\n| --- | ---: |\n| read | 1 |\n");
    }
}
