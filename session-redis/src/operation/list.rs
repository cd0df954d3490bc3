//! `list`, and the live records that an index names.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use redis::Value;
use session_core::store::Record;
use session_core::{Handle, Now};
use tokio::time::Instant;

use super::entry::{self, Entry};
use super::operations::{MAX_CONCURRENT, Operations};
use crate::connection::{CommandError, Retry};
use crate::scripts::{self, Argument, RecordHeader};

impl Operations {
    pub(crate) async fn list(
        &self,
        principal: &str,
        now: Now,
    ) -> Result<Vec<Record>, CommandError> {
        let mut records = if self.executor.is_standalone() {
            self.list_standalone(principal, now).await?
        } else {
            self.list_in_cluster(principal, now).await?
        };
        records.sort_by_key(|record| (Reverse(record.times.created), record.handle));
        Ok(records)
    }

    async fn list_standalone(
        &self,
        principal: &str,
        now: Now,
    ) -> Result<Vec<Record>, CommandError> {
        let key = self.keys.principal(principal);
        let arguments = [Argument::Bytes(principal.as_bytes())];
        let (found, now): (Vec<Value>, _) =
            self.run(&scripts::LIST, key, &arguments, now, Retry::Safe, self.deadline()).await?;
        let record = |pair: &[Value]| match pair {
            [Value::BulkString(handle), Value::BulkString(bytes)] => {
                RecordHeader::read_record(bytes, entry::read_handle(handle)?, now)
            }
            _ => None,
        };
        found.chunks(2).map(|pair| record(pair).ok_or(CommandError::Malformed)).collect()
    }

    async fn list_in_cluster(
        &self,
        principal: &str,
        now: Now,
    ) -> Result<Vec<Record>, CommandError> {
        let deadline = self.deadline();
        let key = self.keys.principal(principal);
        let (members, _): (Vec<Value>, _) =
            self.run_in_cluster(&scripts::MEMBERS, key, &[], now, deadline).await?;
        let entries = Entry::read(&members)?;
        let records = self.live_records(principal, &entries, now).await?;
        self.remove_ended(principal, &entries, &records, now, deadline).await;
        Ok(records)
    }

    /// Those of the principal's records that these entries name and that are live.
    pub(super) async fn live_records(
        &self,
        principal: &str,
        entries: &[Entry],
        now: Now,
    ) -> Result<Vec<Record>, CommandError> {
        // A session that came back to a principal may be entered twice.
        let handles: BTreeSet<Handle> = entries.iter().map(|entry| entry.handle).collect();
        iter(handles)
            .map(|handle| self.load(handle, now))
            .buffer_unordered(MAX_CONCURRENT)
            .try_filter_map(async |record| Ok(record))
            .try_filter(|record| std::future::ready(record.principal.as_deref() == Some(principal)))
            .try_collect()
            .await
    }

    /// Removes the entries that lead to none of the live records and never will. By another clock
    /// than the server's, an expired record may not have expired.
    pub(super) async fn remove_ended(
        &self,
        principal: &str,
        entries: &[Entry],
        live: &[Record],
        now: Now,
        deadline: Instant,
    ) {
        if now.named().is_some() {
            return;
        }
        let live: BTreeSet<Handle> = live.iter().map(|record| record.handle).collect();
        let stale =
            entries.iter().filter(|entry| entry.is_settled && !live.contains(&entry.handle));
        let stale = stale.map(|entry| &entry.bytes[..]);
        self.remove_entries(&self.keys.principal(principal), stale, deadline).await;
    }
}
