//! Test support does what it says: servers freeze, die and come back, round trips are counted, a browser browses.
//!
//! `cargo test -p session-test-support --all-features` starts all of the servers. Linux only, as they are.

#[cfg(feature = "browser")]
mod browser;
#[cfg(feature = "postgres")]
mod clean_up;
#[cfg(feature = "postgres")]
mod postgres;
mod proxy;
#[cfg(feature = "redis")]
mod redis;
mod signals;

use std::time::Duration;

/// Long enough for anything that is not held up on purpose.
pub(crate) const SOON: Duration = Duration::from_secs(30);
/// How long a test watches that nothing happens.
pub(crate) const A_WHILE: Duration = Duration::from_millis(300);
