//! A finding: what is there and must not be, or is not there and must be.

use std::fmt;
use std::time::Instant;

/// What kind of promise was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Violation {
    /// A change that was acknowledged is not there.
    LostChange,
    /// A live session is not there: 401, or another record in its place.
    LostSession,
    /// What ended is there again: a log-out or revocation that was acknowledged.
    Undone,
    /// Somebody sees what is another's, or nobody's.
    Foreign,
    /// A change is there twice, or though nobody made it, or in part.
    Invented,
    /// A session that nobody began.
    Unbegun,
    /// A live session that its principal's list does not have.
    Unlisted,
    /// More sessions than a principal may have.
    TooMany,
    /// An answer that no request should get: 5xx but 503, or a log-in refused.
    WrongAnswer,
    /// A node that does not serve again.
    Down,
}

impl Violation {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::LostChange,
        Self::LostSession,
        Self::Undone,
        Self::Foreign,
        Self::Invented,
        Self::Unbegun,
        Self::Unlisted,
        Self::TooMany,
        Self::WrongAnswer,
        Self::Down,
    ];

    /// A word or two for a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::LostChange => "lost change",
            Self::LostSession => "lost session",
            Self::Undone => "undone",
            Self::Foreign => "foreign",
            Self::Invented => "invented",
            Self::Unbegun => "unbegun",
            Self::Unlisted => "unlisted",
            Self::TooMany => "too many",
            Self::WrongAnswer => "wrong answer",
            Self::Down => "down",
        }
    }

    /// Whether a replica that lags behind explains it.
    fn is_loss(self) -> bool {
        match self {
            Self::LostChange
            | Self::LostSession
            | Self::Undone
            | Self::Unbegun
            | Self::Unlisted
            | Self::TooMany => true,
            Self::Foreign | Self::Invented | Self::WrongAnswer | Self::Down => false,
        }
    }
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What kind.
    pub violation: Violation,
    /// What was seen, of which session.
    pub what: String,
    /// When the promise was made; none where that is no question of time.
    pub acknowledged: Option<Instant>,
    /// Whether the store's documentation allows for it, whatever the fault.
    pub is_allowed: bool,
}

impl Finding {
    pub(crate) fn new(
        violation: Violation,
        acknowledged: impl Into<Option<Instant>>,
        what: impl Into<String>,
    ) -> Self {
        Self { violation, what: what.into(), acknowledged: acknowledged.into(), is_allowed: false }
    }

    /// In words, with when the promise was made, by the beginning of the fault.
    pub fn told(&self, began: Option<Instant>) -> String {
        match (self.acknowledged, began) {
            (Some(at), Some(began)) if at >= began => {
                format!(
                    "{self} (promised {:.2} s after the fault began)",
                    (at - began).as_secs_f64()
                )
            }
            (Some(at), Some(began)) => {
                format!("{self} (promised {:.2} s before the fault)", (began - at).as_secs_f64())
            }
            _ => self.to_string(),
        }
    }

    /// Whether the store's own documentation allows for it, if replicas may lose what was acknowledged at these moments.
    pub fn is_bounded(&self, may_lose: impl Fn(Instant) -> bool) -> bool {
        self.violation.is_loss() && self.acknowledged.is_some_and(may_lose)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.violation.name(), self.what)
    }
}
