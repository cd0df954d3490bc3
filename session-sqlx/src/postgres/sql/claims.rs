//! The claims of a batch: the rows and principals that no two of its calls may share, the terms that all
//! of them share, and how many bytes it carries.

use std::collections::HashSet;
use std::time::Duration;

use session_core::{Handle, Now, store};

/// The fields that one batch may carry, in bytes; a record with more travels alone.
const MAX_BATCH_BYTES: usize = 1 << 20;

/// What the calls of one batch have claimed.
#[derive(Default)]
pub(crate) struct Claims {
    handles: HashSet<Handle>,
    principals: HashSet<String>,
    bytes: usize,
    terms: Option<(Now, Option<Duration>)>,
}

impl Claims {
    /// Claims a row. False if another call of the batch has it.
    pub(super) fn row(&mut self, handle: Handle) -> bool {
        self.handles.insert(handle)
    }

    /// Claims that the batch goes by this moment, and renews the idle limit so. False if another call
    /// goes by other terms: they are sent once for all.
    pub(super) fn terms(&mut self, now: Now, idle: Option<Duration>) -> bool {
        *self.terms.get_or_insert((now, idle)) == (now, idle)
    }

    /// Claims a log-in's row and, if the principal's sessions are limited, the principal: the
    /// log-in may have to end others of them. False if another call of the batch has either.
    pub(super) fn log_in(
        &mut self,
        handle: Handle,
        principal: Option<&str>,
        terms: store::LogIn,
    ) -> bool {
        let limited = principal.filter(|_| terms.limit.is_some());
        self.row(handle)
            && limited.is_none_or(|principal| self.principals.insert(principal.to_owned()))
    }

    /// Adds this many bytes to the batch. False if they are too many beside the rest.
    pub(super) fn bytes(&mut self, bytes: usize) -> bool {
        let fits = self.bytes == 0 || self.bytes + bytes <= MAX_BATCH_BYTES;
        self.bytes += if fits { bytes } else { 0 };
        fits
    }
}
