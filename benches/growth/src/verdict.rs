//! What is promised of large tables, met or missed, with the figure.

use report::Series;

use crate::operation::Operation::{Read, Write};
use crate::scale::CALLERS;
use crate::tables;
use crate::turns::{Sample, Samples};

/// What a cost is counted in.
type Figure = fn(&Sample) -> f64;

/// How much the cost of an operation may grow from the smallest table to the largest.
const MOST: f64 = 1.5;

/// From the first to the last of these.
pub(crate) fn table(samples: &Samples) -> String {
    let (first, last) = (0, samples.ways.len() - 1);
    let mut rows = Vec::new();
    let figures: [(&str, Figure); 2] =
        [("by the clock", Sample::cost), ("of the processor", Sample::work)];
    for operation in [Read, Write] {
        for callers in CALLERS {
            for (which, figure) in figures {
                let at = |way| samples.series(way, operation, callers, figure);
                let times = samples.times((last, first), operation, callers, figure);
                let (Some(few), Some(many), Some(times)) = (at(first), at(last), times) else {
                    continue;
                };
                rows.push(vec![
                    format!("{}, {}, {which}", operation.name(), tables::by(callers)),
                    format!("{} µs", tables::show(&few)),
                    format!("{} µs", tables::show(&many)),
                    format!("{}×", times.show(2)),
                    judge(&times).to_owned(),
                ]);
            }
        }
    }
    let head = [
        "cost".to_owned(),
        samples.ways[first].clone(),
        samples.ways[last].clone(),
        "grows".to_owned(),
        format!("< {MOST}×"),
    ];
    tables::table(&head, &rows)
}

/// By the median; whether all rounds agree is said too.
fn judge(times: &Series) -> &'static str {
    match (times.median() < MOST, times.most() < MOST, times.least() < MOST) {
        (true, true, _) => "met",
        (true, false, _) => "met, not in every round",
        (false, _, true) => "**missed**, not in every round",
        (false, _, false) => "**missed**",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_judged_by_the_median_and_says_if_rounds_disagree() {
        let judged = |numbers: [f64; 3]| judge(&Series::new(numbers).unwrap());
        assert_eq!(judged([1.0, 1.1, 1.2]), "met");
        assert_eq!(judged([1.0, 1.4, 1.6]), "met, not in every round");
        assert_eq!(judged([1.4, 1.5, 1.6]), "**missed**, not in every round");
        assert_eq!(judged([2.0, 3.0, 4.0]), "**missed**");
    }
}
