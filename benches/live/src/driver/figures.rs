//! Latencies, and what is told of them.

use super::http::Moment;

/// How long after its session's end each stream was closed, in milliseconds.
#[derive(Clone, Debug, Default)]
pub(super) struct Latencies {
    times: Vec<f64>,
    /// How many never were.
    pub(super) open: usize,
}

impl Latencies {
    /// A stream that was closed before the end was acknowledged counts as closed with it.
    pub(super) fn note(&mut self, ended: Moment, closed: Option<Moment>) {
        match closed {
            Some(closed) => {
                let late = u32::try_from((closed - ended).max(0)).unwrap_or(u32::MAX);
                self.times.push(f64::from(late) / 1000.0);
            }
            None => self.open += 1,
        }
    }

    pub(super) fn number(&self) -> usize {
        self.times.len() + self.open
    }

    /// The latency that so many in a hundred do not exceed, in milliseconds; none of none.
    pub(super) fn percentile(&self, percent: usize) -> Option<f64> {
        let mut times = self.times.clone();
        times.sort_by(f64::total_cmp);
        let rank = (times.len() * percent).div_ceil(100);
        times.get(rank.max(1) - 1).copied()
    }

    pub(super) fn max(&self) -> Option<f64> {
        self.percentile(100)
    }

    /// `p50 / p99 / max`, and how many were not closed.
    pub(super) fn show(&self) -> String {
        let figures = [50, 99, 100].map(|percent| self.percentile(percent));
        let [Some(median), Some(most), Some(max)] = figures else {
            return if self.open > 0 {
                format!("**{} not closed**", self.open)
            } else {
                "–".into()
            };
        };
        let open = match self.open {
            0 => String::new(),
            open => format!(", **{open} not closed**"),
        };
        format!("{} / {} / {}{open}", show(median), show(most), show(max))
    }
}

/// Milliseconds with as many digits as are worth reading.
pub(super) fn show(milliseconds: f64) -> String {
    if milliseconds < 10.0 { format!("{milliseconds:.1}") } else { format!("{milliseconds:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_latencies() {
        let mut latencies = Latencies::default();
        for late in 1..=200 {
            latencies.note(0, Some(late * 1000));
        }
        let percentile = |percent| latencies.percentile(percent).unwrap();
        assert!((percentile(50) - 100.0).abs() < 1e-9);
        assert!((percentile(99) - 198.0).abs() < 1e-9);
        assert!((latencies.max().unwrap() - 200.0).abs() < 1e-9);
        latencies.note(0, None);
        assert_eq!(latencies.show(), "100 / 198 / 200, **1 not closed**");
    }
}
