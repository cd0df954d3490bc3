//! `list` and `delete_all`.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use redis::Value;
use session_core::store::{Ended, REVOCATIONS_LAST, Record};
use session_core::{Handle, Now};
use tokio::time::Instant;

use super::delete::Deleted;
use super::entry::{self, Entry};
use super::{AT_ONCE, Operations};
use crate::fault::{Fault, Repeat};
use crate::moment::span;
use crate::record::Head;
use crate::script::{self, Argument};

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

    pub(crate) async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, Fault> {
        let spared =
            except.as_ref().map_or(Argument::NONE, |spared| Argument::Bytes(spared.as_bytes()));
        if !self.server.is_one() {
            return self.delete_all_elsewhere(principal, spared, now).await;
        }
        let key = self.keys.principal(principal);
        let arguments = [Argument::Bytes(principal.as_bytes()), spared, span(REVOCATIONS_LAST)];
        let (live, now) = self
            .run(&script::DELETE_ALL, key, &arguments, now, Repeat::Never, self.until())
            .await?;
        Ok(Ended { live, now })
    }

    async fn list_here(&self, principal: &str, now: Now) -> Result<Vec<Record>, Fault> {
        let key = self.keys.principal(principal);
        let arguments = [Argument::Bytes(principal.as_bytes())];
        let (found, now): (Vec<Value>, _) =
            self.run(&script::LIST, key, &arguments, now, Repeat::Harmless, self.until()).await?;
        let record = |pair: &[Value]| match pair {
            [Value::BulkString(handle), Value::BulkString(bytes)] => {
                Head::record(bytes, entry::handle(handle)?, now)
            }
            _ => None,
        };
        found.chunks(2).map(|pair| record(pair).ok_or(Fault::Misread)).collect()
    }

    async fn list_elsewhere(&self, principal: &str, now: Now) -> Result<Vec<Record>, Fault> {
        let until = self.until();
        let key = self.keys.principal(principal);
        let (members, _): (Vec<Value>, _) =
            self.run_elsewhere(&script::MEMBERS, key, &[], now, until).await?;
        let entries = Entry::read(&members)?;
        let records = self.live(principal, &entries, now).await?;
        self.drop_ended(principal, &entries, &records, now, until).await;
        Ok(records)
    }

    /// The revocation that `log_in.rs` describes.
    async fn delete_all_elsewhere(
        &self,
        principal: &str,
        spared: Argument<'_>,
        now: Now,
    ) -> Result<Ended, Fault> {
        let until = self.until();
        let key = self.keys.principal(principal);
        let arguments = [spared, span(REVOCATIONS_LAST)];
        let ((last, members), shown): ((i64, Vec<Value>), _) =
            self.run_elsewhere(&script::REVOKE, key.clone(), &arguments, now, until).await?;
        let entries = Entry::read(&members)?;
        let sessions = entries.iter().map(|entry| (entry.handle, last)).collect();
        let ended = self.end(principal, sessions, now, until).await?;
        let stale = entries.iter().filter(|entry| entry.settled);
        self.remove(&key, stale.map(|entry| &entry.bytes[..]), until).await;
        let live = ended.values().filter(|deleted| **deleted == Deleted::Live).count();
        Ok(Ended { live: u64::try_from(live).unwrap_or(u64::MAX), now: shown })
    }

    /// Those of the principal's records that these entries name and that are live.
    pub(super) async fn live(
        &self,
        principal: &str,
        entries: &[Entry],
        now: Now,
    ) -> Result<Vec<Record>, Fault> {
        // A session that came back to a principal may be entered twice.
        let handles: BTreeSet<Handle> = entries.iter().map(|entry| entry.handle).collect();
        iter(handles)
            .map(|handle| self.load(handle, now))
            .buffer_unordered(AT_ONCE)
            .try_filter_map(async |record| Ok(record))
            .try_filter(|record| std::future::ready(record.principal.as_deref() == Some(principal)))
            .try_collect()
            .await
    }

    /// Drops the entries that lead to none of the live records and never will. By a clock of
    /// somebody else's what has expired may not have.
    pub(super) async fn drop_ended(
        &self,
        principal: &str,
        entries: &[Entry],
        live: &[Record],
        now: Now,
        until: Instant,
    ) {
        if now.named().is_some() {
            return;
        }
        let live: BTreeSet<Handle> = live.iter().map(|record| record.handle).collect();
        let stale = entries.iter().filter(|entry| entry.settled && !live.contains(&entry.handle));
        let stale = stale.map(|entry| &entry.bytes[..]);
        self.remove(&self.keys.principal(principal), stale, until).await;
    }
}
