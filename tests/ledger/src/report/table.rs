//! The table: a line for each run.

use std::collections::BTreeMap;

use super::results::Results;
use crate::ledger::Violation;

/// The head of the table, in Markdown.
pub const HEAD: &str = "\
| store | fault | requests | acknowledged | 503 | no answer | late log-ins | violations | allowed by the documentation | all served again after |
| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | --- | ---: |";

/// The line of a run.
pub fn line(results: &Results) -> String {
    let recovery = match results.recovery {
        Some(took) => format!("{:.2} s", took.as_secs_f64()),
        None => "–".to_owned(),
    };
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {recovery} |",
        results.store,
        results.fault,
        results.requests,
        results.acknowledged,
        results.unavailable,
        results.unanswered,
        results.refused_log_ins,
        counts(&results.counts(), "none"),
        counts(&results.allowed_counts(), "–"),
    )
}

fn counts(counts: &BTreeMap<Violation, usize>, none: &str) -> String {
    if counts.is_empty() {
        return none.to_owned();
    }
    let counts = counts.iter().map(|(violation, count)| format!("{count} {}", violation.name()));
    counts.collect::<Vec<_>>().join(", ")
}
