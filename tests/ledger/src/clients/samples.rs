//! What requests were answered, and when.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How a request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Went {
    /// 2xx.
    Served,
    /// 401.
    Refused,
    /// 503.
    Unavailable,
    /// No answer: the node is down, or too slow.
    Lost,
    /// The client left.
    Left,
    /// Anything else.
    Wrong,
}

/// One request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) node: usize,
    pub(crate) answered: Instant,
    pub(crate) went: Went,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Samples(Mutex<Vec<Sample>>);

impl Samples {
    pub(crate) fn add(&self, sample: Sample) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sample);
    }

    pub(crate) fn all(&self) -> Vec<Sample> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How long after this moment the last of the nodes served again that had failed to answer a request since; none if some
/// node has served nobody since.
pub(crate) fn served_again(samples: &[Sample], healed: Instant, nodes: usize) -> Option<Duration> {
    let mut longest = Duration::ZERO;
    for node in 0..nodes {
        let since =
            samples.iter().filter(|sample| sample.node == node && sample.answered >= healed);
        let failed = |sample: &&Sample| matches!(sample.went, Went::Unavailable | Went::Lost);
        let last = since.clone().filter(failed).map(|sample| sample.answered).max();
        let mut served = since.filter(|sample| sample.went == Went::Served);
        match last {
            None => _ = served.next()?,
            Some(last) => {
                let first = served.map(|sample| sample.answered).filter(|at| *at >= last).min()?;
                longest = longest.max(first - healed);
            }
        }
    }
    Some(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_lasts_until_the_last_node_serves_again() {
        let healed = Instant::now();
        let sample = |node, second, went| Sample {
            node,
            answered: healed + Duration::from_secs(second),
            went,
        };
        let mut samples = vec![
            sample(0, 0, Went::Served),
            sample(1, 1, Went::Unavailable),
            sample(1, 3, Went::Served),
            sample(0, 9, Went::Served),
        ];
        assert_eq!(served_again(&samples, healed, 2), Some(Duration::from_secs(3)));
        assert_eq!(served_again(&samples, healed, 3), None);
        samples.push(sample(1, 4, Went::Lost));
        assert_eq!(served_again(&samples, healed, 2), None);
    }
}
