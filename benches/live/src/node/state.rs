//! The state of the application.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::FromRef;
use session_axum::{Sessions, session};

use super::held::Held;
use super::observed::Counts;

#[session]
#[derive(Debug)]
pub(super) struct Guest {
    #[session(principal)]
    pub(super) user: Option<String>,
    #[session(merge = sum)]
    pub(super) visits: u64,
}

#[derive(Clone, FromRef)]
pub(super) struct AppState {
    pub(super) sessions: Sessions<Guest>,
    pub(super) held: Arc<Held>,
    pub(super) counts: Arc<Counts>,
}

impl AppState {
    pub(super) fn new(sessions: Sessions<Guest>, counts: Arc<Counts>) -> Self {
        Self { sessions, held: Arc::default(), counts }
    }
}

/// Since 1970.
pub(super) fn micros(moment: SystemTime) -> u128 {
    moment.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_micros()
}
