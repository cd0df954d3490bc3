//! A log-in where the principal's index lies in another slot than the record.
//!
//! It takes three scripts: **announce** in the index, which refuses what began before a revocation;
//! **write** the record, which names when it was announced; **confirm** in the index. A
//! revocation is one script in the index, which notes its time and answers the entries, and then
//! one script for each of these records, which removes it if it was announced by then.
//!
//! # Nobody who began before a revocation stays
//!
//! All scripts in one index run one after the other, so a revocation comes before the announcement,
//! after the confirmation, or between the two.
//!
//! - Before: the announcement sees that the log-in began before it, and nothing is written.
//! - After: the record was written before the revocation looked for it, and is removed by it.
//! - Between: the confirmation sees it, and removes the record if the revocation came by too early to
//!   do so. Whether it was between is told by the order in the index and by no clock: a revocation notes when
//!   the last session was announced, and what is announced later gets a later time.
//!
//! Entries stay in the index until their records are gone. So a revocation that failed half-way, and was
//! answered with an error, finds the rest when it is tried again.
//!
//! # No more than the limit stay
//!
//! A confirmation answers the confirmed entries if they are more than the limit. Those that are still
//! live are counted, and the surplus removed, the longest authenticated first, before the log-in is
//! answered. Of log-ins at once, the one that is confirmed last sees all others, so it leaves no more
//! than the limit. None removes too many: those who were confirmed before it chose among fewer, by the same order,
//! so they chose no one whom it would not choose. What was removed already is not counted again.
//!
//! # What a crash leaves
//!
//! Before the record is written, an announcement, which is dropped by whoever looks at the index a minute
//! later. After, a record whose token nobody was told. It counts from that minute on.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use session_core::store::{Contents, LogIn, Record, Times};
use session_core::{Handle, Now, Timestamp};
use tokio::time::Instant;

use super::entry::Entry;
use super::index::EntryExpiry;
use super::operations::Operations;
use crate::connection::CommandError;
use crate::scripts::{self, Argument};

/// The announcement of a session to an index in another slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Announcement<'a> {
    principal: &'a str,
    handle: Handle,
    /// When it was announced, in microseconds. The record has to name it.
    joined: i64,
    /// None if it is no log-in: then nothing is refused, and no other session is removed.
    log_in: Option<LogIn>,
}

/// A log-in was revoked, at this time on the server's clock.
pub(super) struct Revoked(pub(super) Timestamp);

impl Announcement<'_> {
    /// What the script that writes the record has to know of it.
    pub(super) fn argument(self) -> Argument<'static> {
        Argument::Number(self.joined)
    }
}

impl Operations {
    /// Announces to the index that a session is about to be in it.
    pub(super) async fn announce<'a>(
        &self,
        principal: &'a str,
        handle: Handle,
        expiry: EntryExpiry,
        log_in: Option<LogIn>,
        now: Now,
        deadline: Instant,
    ) -> Result<Result<Announcement<'a>, Revoked>, CommandError> {
        let [at, after] = expiry.arguments();
        let arguments = [
            Argument::Bytes(handle.as_bytes()),
            at,
            after,
            log_in.map_or(Argument::NONE, |_| Argument::Number(1)),
            log_in.map_or(Argument::NONE, Argument::began),
        ];
        let key = self.keys.principal(principal);
        let (joined, now): (Option<i64>, _) =
            self.run_in_cluster(&scripts::ANNOUNCE, key, &arguments, now, deadline).await?;
        let announcement = |joined| Announcement { principal, handle, joined, log_in };
        Ok(joined.map(announcement).ok_or(Revoked(now)))
    }

    /// Withdraws an announcement whose record will not be written. If that fails it is found stale later.
    pub(super) async fn withdraw(&self, announcement: Announcement<'_>, deadline: Instant) {
        let key = self.keys.principal(announcement.principal);
        self.remove_entries(
            &key,
            [&Entry::encode(announcement.handle, announcement.joined)[..]],
            deadline,
        )
        .await;
    }

    /// Confirms to the index that the record is written, or removes the record if its log-in was revoked; and
    /// removes the principal's surplus. `former` is the record's last entry in the same index.
    pub(super) async fn confirm(
        &self,
        announcement: Announcement<'_>,
        times: Times,
        former: &[u8],
        now: Now,
        deadline: Instant,
    ) -> Result<Result<(), Revoked>, CommandError> {
        let Some(log_in) = announcement.log_in else {
            return Ok(Ok(()));
        };
        let Announcement { principal, handle, joined, .. } = announcement;
        let arguments = [
            Argument::Bytes(handle.as_bytes()),
            Argument::Number(joined),
            Argument::Number(times.absolute.micros()),
            Argument::Bytes(former),
            Argument::session_limit(log_in),
        ];
        let key = self.keys.principal(principal);
        let ((revoked, entries), server_now): ((Option<i64>, Vec<Vec<u8>>), _) =
            self.run_in_cluster(&scripts::CONFIRM, key, &arguments, now, deadline).await?;
        if let Some(last) = revoked {
            let sessions = BTreeMap::from([(handle, last)]);
            Box::pin(self.delete_each(principal, sessions, now, deadline)).await?;
            return Ok(Err(Revoked(server_now)));
        }
        let entries = Entry::read_settled(&entries)?;
        if let Some(limit) = log_in.limit {
            Box::pin(self.enforce_limit(announcement, limit, &entries, now, deadline)).await?;
        }
        Ok(Ok(()))
    }

    /// Removes the sessions among these that are more than the limit.
    async fn enforce_limit(
        &self,
        announcement: Announcement<'_>,
        limit: NonZeroU32,
        entries: &[Entry],
        now: Now,
        deadline: Instant,
    ) -> Result<(), CommandError> {
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        if entries.len() <= limit {
            return Ok(());
        }
        let contents = Contents::WithoutFields;
        let live =
            self.live_records(announcement.principal, entries, contents, now, deadline).await?;
        self.remove_ended(announcement.principal, entries, &live, now, deadline).await;
        let mut others: Vec<&Record> =
            live.iter().filter(|record| record.handle != announcement.handle).collect();
        others.sort_by_key(|record| (record.times.authenticated, record.handle));
        others.truncate(live.len().saturating_sub(limit));
        let surplus: BTreeSet<Handle> = others.iter().map(|record| record.handle).collect();
        let surplus = || entries.iter().filter(|entry| surplus.contains(&entry.handle));
        // Of a handle that is there twice, the later entry counts; one that has just logged in again
        // is none of those that were seen.
        let mut sessions = BTreeMap::new();
        for entry in surplus() {
            let last = sessions.entry(entry.handle).or_insert(entry.joined);
            *last = entry.joined.max(*last);
        }
        self.delete_each(announcement.principal, sessions, now, deadline).await?;
        let key = self.keys.principal(announcement.principal);
        self.remove_entries(&key, surplus().map(|entry| &entry.bytes[..]), deadline).await;
        Ok(())
    }
}
