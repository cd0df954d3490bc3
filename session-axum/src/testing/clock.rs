//! The clock that a test moves by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use session_core::Timestamp;

/// A clock that stands still until the test moves it. A clone is the same clock.
///
/// Give it to the sessions by [`Builder::clock`](crate::Builder::clock), and to the
/// [`Client`](super::Client), so that its cookies expire by it too.
///
/// ```
/// use std::time::Duration;
/// use session_axum::testing::{Clock, sign_in, stored};
/// use session_axum::{MemoryStore, Sessions, session};
///
/// #[session]
/// struct Shop { visits: u64 }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
/// let clock = Clock::new();
/// let sessions = Sessions::builder(MemoryStore::new()).clock(clock.reader()).build()?;
/// let cookie = sign_in(&sessions, Shop { visits: 3 }).await;
/// clock.advance(Duration::from_mins(59));
/// assert!(stored(&sessions, &cookie).await.is_some());
/// clock.advance(Duration::from_mins(1));                   // an hour idle is too long
/// assert!(stored(&sessions, &cookie).await.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[doc(alias("mock_time", "freeze"))]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// A clock that shows this machine's time.
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # use session_axum::{Timestamp, testing::Clock};
    /// let clock = Clock::new();
    /// assert!(clock.now() <= Timestamp::now());
    /// ```
    pub fn new() -> Self {
        Self::at(Timestamp::now())
    }

    /// A clock that shows this moment.
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # use session_axum::{Timestamp, testing::Clock};
    /// let clock = Clock::at(SystemTime::UNIX_EPOCH.into());
    /// assert_eq!(clock.now().micros(), 0);
    /// ```
    pub fn at(moment: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(moment.micros())))
    }

    /// What it shows.
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # use session_axum::{Timestamp, testing::Clock};
    /// let clock = Clock::new();
    /// assert_eq!(clock.now(), clock.now());           // it stands still
    /// ```
    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }

    /// Moves it forward.
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # use session_axum::{Timestamp, testing::Clock};
    /// let clock = Clock::new();
    /// let before = clock.now();
    /// clock.advance(Duration::from_secs(60));
    /// assert_eq!(clock.now().since(before), Duration::from_secs(60));
    /// ```
    pub fn advance(&self, span: Duration) {
        self.set(self.now().plus(span));
    }

    /// Makes it show this moment, which may be an earlier one.
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # use session_axum::{Timestamp, testing::Clock};
    /// let clock = Clock::new();
    /// let before = clock.now();
    /// clock.advance(Duration::from_secs(60));
    /// clock.set(before);
    /// assert_eq!(clock.now(), before);
    /// ```
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.micros(), Ordering::Relaxed);
    }

    /// What reads it, for [`Builder::clock`](crate::Builder::clock).
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # use session_axum::{Timestamp, testing::Clock};
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// let clock = Clock::new();
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new()).clock(clock.reader()).build()?;
    /// # Ok(()) }
    /// ```
    pub fn reader(&self) -> impl Fn() -> Timestamp + Send + Sync + 'static {
        let clock = self.clone();
        move || clock.now()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}
