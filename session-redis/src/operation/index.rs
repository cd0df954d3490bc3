//! The sorted sets in other slots than a record: the indexes of principals, and the set of sessions that
//! were inserted at a named time.

use std::collections::BTreeMap;
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

/// What became of a record that may be missing in the index of its principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Restored {
    /// It was there, or has not to be.
    Nothing,
    /// It was missing.
    Entry,
    /// It was missing when all sessions of its principal were ended, and is ended now.
    Ended,
}

impl Operations {
    /// Restores the entry of a record in another slot. A script has answered which and until when: principal, entry
    /// and timestamp.
    pub(super) async fn restore_entry(
        &self,
        handle: Handle,
        [principal, entry, ends]: &[Value; 3],
        now: Now,
        deadline: Instant,
    ) -> Result<Restored, CommandError> {
        let (Value::BulkString(principal), Value::BulkString(entry), Value::Int(ends)) =
            (principal, entry, ends)
        else {
            return Err(CommandError::Malformed);
        };
        let principal = str::from_utf8(principal).map_err(|_| CommandError::Malformed)?;
        let key = self.keys.principal(principal);
        let arguments = [Argument::Bytes(entry), Argument::Number(*ends)];
        let (answer, _): (Option<Vec<i64>>, _) =
            self.run_in_cluster(&scripts::RESTORE_ENTRY, key, &arguments, now, deadline).await?;
        match answer.as_deref() {
            None => Ok(Restored::Nothing),
            Some([1]) => Ok(Restored::Entry),
            Some([_, last]) => {
                let sessions = BTreeMap::from([(handle, *last)]);
                Box::pin(self.delete_each(principal, sessions, now, deadline)).await?;
                Ok(Restored::Ended)
            }
            _ => Err(CommandError::Malformed),
        }
    }

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
