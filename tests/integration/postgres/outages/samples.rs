//! What requests were answered, when, and how long that took.

use std::fmt;
use std::time::{Duration, Instant};

use axum::http::StatusCode;

/// How often a request calls the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreCalls {
    /// Touches no session.
    None,
    /// Loads one, or inserts one.
    One,
    /// Loads one, and writes it.
    Two,
}

/// One request and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// Who sent it: each user has one request under way at a time.
    pub(crate) user: usize,
    pub(crate) calls: StoreCalls,
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
    pub(crate) status: StatusCode,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Samples(pub(crate) Vec<Sample>);

impl StoreCalls {
    /// How long it may take if each of them takes until its deadline.
    pub(crate) fn deadline(self) -> Duration {
        let deadline = super::app::DEADLINE;
        match self {
            Self::None => Duration::ZERO,
            Self::One => deadline,
            Self::Two => 2 * deadline,
        }
    }
}

impl Sample {
    pub(crate) fn took(&self) -> Duration {
        self.ended - self.began
    }
}

impl Samples {
    /// Those that began and ended between these moments.
    pub(crate) fn between(&self, from: Instant, until: Instant) -> impl Iterator<Item = &Sample> {
        self.0.iter().filter(move |sample| from <= sample.began && sample.ended <= until)
    }

    /// Whether each of so many users was served at its last three requests, all after this moment.
    pub(crate) fn all_are_served_since(&self, moment: Instant, users: usize) -> bool {
        (0..users).all(|user| {
            let mut latest = self.0.iter().rev().filter(|sample| sample.user == user);
            let served =
                |sample: &Sample| moment <= sample.began && sample.status == StatusCode::OK;
            (0..3).all(|_| latest.next().is_some_and(served))
        })
    }

    /// Whether each of so many users was answered a request that it sent after this moment.
    pub(crate) fn all_have_asked_since(&self, moment: Instant, users: usize) -> bool {
        let since = |sample: &&Sample| moment <= sample.began;
        (0..users).all(|user| self.0.iter().filter(since).any(|sample| sample.user == user))
    }

    fn slowest(&self, matches: impl Fn(StoreCalls) -> bool) -> Duration {
        let samples = self.0.iter().filter(|sample| matches(sample.calls));
        samples.map(Sample::took).max().unwrap_or_default()
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused = self.0.iter().filter(|sample| sample.status != StatusCode::OK);
        write!(
            f,
            "{} requests, {} of them refused; the slowest answer took {:?}, without a session {:?}",
            self.0.len(),
            refused.count(),
            self.slowest(|calls| calls != StoreCalls::None),
            self.slowest(|calls| calls == StoreCalls::None),
        )
    }
}
