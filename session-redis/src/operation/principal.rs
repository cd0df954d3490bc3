//! `list` and `delete_all`.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use redis::Value;
use session_core::store::Record;
use session_core::{Handle, Now};
use tokio::time::Instant;

use super::delete::{Condition, Deleted};
use super::{Operations, moment};
use crate::fault::{Fault, Repeat};
use crate::moment::clock;
use crate::record::Head;
use crate::script::{self, Argument};

/// How many records of a principal are asked for at once in a cluster.
const AT_ONCE: usize = 32;

/// What stands in an index in another slot.
struct Entry {
    handle: Handle,
    bytes: Vec<u8>,
    /// Whether it was announced so long ago that nobody will come back to write the record.
    settled: bool,
}

impl Operations {
    pub(crate) async fn list(&self, principal: &str, now: Now) -> Result<Vec<Record>, Fault> {
        let mut records = if self.server.is_one() {
            self.list_here(principal, now).await?
        } else {
            self.list_elsewhere(principal, now).await?
        };
        records.sort_by_key(|record| (Reverse(record.times.created), record.handle));
        Ok(records)
    }

    pub(crate) async fn delete_all(&self, principal: &str, now: Now) -> Result<u64, Fault> {
        if !self.server.is_one() {
            return self.delete_all_elsewhere(principal, now).await;
        }
        let key = self.keys.principal(principal);
        let arguments = [clock(now), self.indexes(), Argument::Bytes(principal.as_bytes())];
        self.run(&script::DELETE_ALL, &key, &arguments, Repeat::Never, self.until()).await
    }

    async fn list_here(&self, principal: &str, now: Now) -> Result<Vec<Record>, Fault> {
        let key = self.keys.principal(principal);
        let arguments = [clock(now), self.indexes(), Argument::Bytes(principal.as_bytes())];
        let found: Vec<Value> =
            self.run(&script::LIST, &key, &arguments, Repeat::Harmless, self.until()).await?;
        let Some((Value::Int(now), found)) = found.split_first() else {
            return Err(Fault::Misread);
        };
        let record = |pair: &[Value]| match pair {
            [Value::BulkString(handle), Value::BulkString(bytes)] => {
                Head::record(bytes, self::handle(handle)?, moment(*now))
            }
            _ => None,
        };
        found.chunks(2).map(|pair| record(pair).ok_or(Fault::Misread)).collect()
    }

    async fn list_elsewhere(&self, principal: &str, now: Now) -> Result<Vec<Record>, Fault> {
        let until = self.until();
        let entries = self.entries(principal, until).await?;
        let records: Vec<Record> = iter(handles(&entries))
            .map(|handle| self.load(handle, now))
            .buffer_unordered(AT_ONCE)
            .try_filter_map(async |record| Ok(record))
            .try_filter(|record| std::future::ready(record.principal.as_deref() == Some(principal)))
            .try_collect()
            .await?;
        let listed: BTreeSet<Handle> = records.iter().map(|record| record.handle).collect();
        let stale = entries.iter().filter(|entry| entry.settled && !listed.contains(&entry.handle));
        let stale = stale.map(|entry| &entry.bytes[..]);
        self.remove(&self.keys.principal(principal), stale, until).await;
        Ok(records)
    }

    async fn delete_all_elsewhere(&self, principal: &str, now: Now) -> Result<u64, Fault> {
        let until = self.until();
        let entries = self.entries(principal, until).await?;
        // Each record's own removal takes its entry out of the index.
        let deleted: Vec<Deleted> = iter(handles(&entries))
            .map(|handle| self.delete_if(handle, Condition::Of(principal), now, until))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        let live = deleted.iter().filter(|deleted| **deleted == Deleted::Live).count();
        let stale = entries.iter().filter(|entry| entry.settled);
        let stale = stale.map(|entry| &entry.bytes[..]);
        self.remove(&self.keys.principal(principal), stale, until).await;
        Ok(u64::try_from(live).unwrap_or(u64::MAX))
    }

    async fn entries(&self, principal: &str, until: Instant) -> Result<Vec<Entry>, Fault> {
        let key = self.keys.principal(principal);
        let arguments = [Argument::NONE, Argument::NONE];
        let found: Vec<Value> =
            self.run(&script::MEMBERS, &key, &arguments, Repeat::Harmless, until).await?;
        let entry = |pair: &[Value]| match pair {
            [Value::BulkString(bytes), Value::Int(settled)] => Some(Entry {
                handle: handle(bytes.get(..16)?)?,
                bytes: bytes.clone(),
                settled: *settled == 1,
            }),
            _ => None,
        };
        found.chunks(2).map(|pair| entry(pair).ok_or(Fault::Misread)).collect()
    }
}

/// Each handle once: a session that came back to a principal may be entered twice.
fn handles(entries: &[Entry]) -> BTreeSet<Handle> {
    entries.iter().map(|entry| entry.handle).collect()
}

fn handle(bytes: &[u8]) -> Option<Handle> {
    Some(Handle::from_bytes(bytes.try_into().ok()?))
}
