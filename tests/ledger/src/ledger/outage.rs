//! When the fault was, and so until when what was sent may still have an effect.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a request may still have an effect though its client has given it up: two deadlines of the store, and what a
/// busy machine adds.
const LATE: Duration = Duration::from_secs(5);
/// How long before a fail-over a write may have been acknowledged that had not reached the replica.
const LAG: Duration = Duration::from_secs(1);

/// A fault, which begins and ends once. A clone is the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outage(Arc<Mutex<Span>>);

#[derive(Clone, Copy, Debug, Default)]
struct Span {
    began: Option<Instant>,
    healed: Option<Instant>,
}

impl Outage {
    fn span(&self) -> Span {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It begins.
    pub(crate) fn begin(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).began = Some(Instant::now());
    }

    /// All is well again.
    pub(crate) fn heal(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).healed = Some(Instant::now());
    }

    /// Whether it has begun and is not over.
    pub(crate) fn is_on(&self) -> bool {
        let span = self.span();
        span.began.is_some() && span.healed.is_none()
    }

    /// When it began.
    pub(crate) fn began(&self) -> Option<Instant> {
        self.span().began
    }

    /// When all was well again.
    pub(crate) fn healed(&self) -> Option<Instant> {
        self.span().healed
    }

    /// Until when what was sent at this moment may have an effect; none if nobody knows yet.
    pub(crate) fn last_effect(&self, sent: Instant) -> Option<Instant> {
        match self.span() {
            Span { began: Some(began), healed } if sent + LATE >= began => {
                healed.map(|healed| sent.max(healed) + LATE)
            }
            _ => Some(sent + LATE),
        }
    }

    /// Whether what was sent at the one moment may have an effect after the other.
    pub(crate) fn may_come_after(&self, sent: Instant, other: Instant) -> bool {
        self.last_effect(sent).is_none_or(|last| last > other)
    }

    /// Whether a replica that takes over in this outage may not have what was acknowledged then.
    pub(crate) fn may_lose(&self, acknowledged: Instant) -> bool {
        let Span { began: Some(began), healed } = self.span() else { return false };
        began <= acknowledged + LAG && healed.is_none_or(|healed| acknowledged <= healed + LAG)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_has_an_effect_soon_or_once_all_is_well() {
        let outage = Outage::default();
        let sent = Instant::now();
        assert_eq!(outage.last_effect(sent), Some(sent + LATE));
        assert!(!outage.may_lose(sent));
        outage.begin();
        assert_eq!(outage.last_effect(sent), None);
        outage.heal();
        let healed = outage.healed().unwrap();
        assert_eq!(outage.last_effect(sent), Some(healed + LATE));
        assert_eq!(outage.last_effect(healed + LATE), Some(healed + 2 * LATE));
        assert!(outage.may_lose(sent) && !outage.may_lose(healed + 2 * LAG));
    }
}
