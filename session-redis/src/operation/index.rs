//! The sorted sets in other slots than a record: the indexes of principals, and the set of sessions that
//! were inserted at a named time.

use std::time::Duration;

use redis::Value;
use session_core::{Handle, Now, Timestamp};
use tokio::time::Instant;

use super::operations::Operations;
use crate::connection::CommandError;
use crate::scripts::{self, Argument};

/// How many entries are removed at once: a Lua function takes no more than some thousand arguments.
const MAX_REMOVED: usize = 1000;

/// When an entry is to be dropped.
#[derive(Clone, Copy, Debug)]
pub(super) enum EntryExpiry {
    /// At this timestamp, in microseconds.
    At(i64),
    After(Duration),
}

impl Operations {
    /// Adds a member to a sorted set in another slot.
    pub(super) async fn enter(
        &self,
        key: Vec<u8>,
        member: &[u8],
        expiry: EntryExpiry,
        now: Now,
        deadline: Instant,
    ) -> Result<(), CommandError> {
        let [at, after] = expiry.arguments();
        let arguments = [Argument::Bytes(member), at, after];
        self.run_in_cluster::<Value>(&scripts::ENTER, key, &arguments, now, deadline)
            .await
            .map(drop)
    }

    /// Notes when a record expires that was written at a named time, where its script cannot.
    pub(super) async fn note_expiry(
        &self,
        handle: Handle,
        expires: Timestamp,
        now: Now,
        deadline: Instant,
    ) -> Result<(), CommandError> {
        if self.executor.is_standalone() || now.named().is_none() {
            return Ok(());
        }
        let expiry = EntryExpiry::At(expires.micros());
        self.enter(self.keys.named(), handle.as_bytes(), expiry, now, deadline).await
    }

    /// Removes stale entries from a sorted set in another slot. If that fails they are found
    /// stale again.
    pub(super) async fn remove_entries<'a>(
        &self,
        key: &[u8],
        members: impl IntoIterator<Item = &'a [u8]>,
        deadline: Instant,
    ) {
        let members: Vec<Argument<'_>> = members.into_iter().map(Argument::Bytes).collect();
        for members in members.chunks(MAX_REMOVED) {
            let key = key.to_vec();
            let removed =
                self.run_in_cluster::<Value>(&scripts::REMOVE, key, members, Now::Store, deadline);
            let _ = removed.await;
        }
    }

    /// Removes a stale entry from the index of a principal in another slot, if the script named one.
    pub(super) async fn remove_stale(&self, stale: &[Value], deadline: Instant) {
        if let [Value::BulkString(principal), Value::BulkString(entry)] = stale
            && let Ok(principal) = std::str::from_utf8(principal)
        {
            self.remove_entries(&self.keys.principal(principal), [&entry[..]], deadline).await;
        }
    }
}

impl EntryExpiry {
    pub(super) fn arguments(self) -> [Argument<'static>; 2] {
        match self {
            Self::At(micros) => [Argument::Number(micros), Argument::NONE],
            Self::After(duration) => [Argument::NONE, Argument::duration(duration)],
        }
    }
}
