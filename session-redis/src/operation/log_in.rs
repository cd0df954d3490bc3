//! A log-in where the principal's index lies in another slot than the record.
//!
//! It takes three scripts: **announce** in the index, which refuses what began before a revocation;
//! **write** the record, which names the moment of the announcement; **confirm** in the index. A
//! revocation is one script in the index, which notes its moment and answers the entries, and then
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
//!   do so. Whether it was between is told by the order in the index and by no clock: a revocation notes the
//!   last moment that was announced, and what is announced later gets a later one.
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

use session_core::store::{LogIn, Record, Times};
use session_core::{Handle, Now, Timestamp};
use tokio::time::Instant;

use super::entry::{self, Entry};
use super::{Ends, Operations};
use crate::fault::Fault;
use crate::moment::{began, limit};
use crate::script::{self, Argument};

/// A session that an index in another slot was told of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Announced<'a> {
    pub(super) principal: &'a str,
    handle: Handle,
    /// When, which its record has to name.
    pub(super) joined: i64,
    /// None for what is no log-in: nothing is refused, and nobody has to go.
    log_in: Option<LogIn>,
}

/// What a revocation does to a log-in: it is told the moment.
pub(super) type OrRevoked<T> = Result<T, Timestamp>;

impl Operations {
    /// Tells the index that a session is about to be in it.
    pub(super) async fn announce<'a>(
        &self,
        principal: &'a str,
        handle: Handle,
        ends: Ends,
        log_in: Option<LogIn>,
        now: Now,
        until: Instant,
    ) -> Result<OrRevoked<Announced<'a>>, Fault> {
        let [at, after] = ends.arguments();
        let arguments = [
            Argument::Bytes(handle.as_bytes()),
            at,
            after,
            log_in.map_or(Argument::NONE, |_| Argument::Number(1)),
            log_in.map_or(Argument::NONE, began),
        ];
        let key = self.keys.principal(principal);
        let (joined, now): (Option<i64>, _) =
            self.run_elsewhere(&script::ANNOUNCE, key, &arguments, now, until).await?;
        let announced = |joined| Announced { principal, handle, joined, log_in };
        Ok(joined.map(announced).ok_or(now))
    }

    /// Takes back what was announced and will not be written. If that fails it is found stale later.
    pub(super) async fn withdraw(&self, announced: Announced<'_>, until: Instant) {
        let key = self.keys.principal(announced.principal);
        self.remove(&key, [&entry::bytes(announced.handle, announced.joined)[..]], until).await;
    }

    /// Tells the index that the record is written, or removes it if it must not be; and makes room
    /// for it. `former` is the record's last entry in the same index.
    pub(super) async fn confirm(
        &self,
        announced: Announced<'_>,
        times: Times,
        former: &[u8],
        now: Now,
        until: Instant,
    ) -> Result<OrRevoked<()>, Fault> {
        let Some(log_in) = announced.log_in else {
            return Ok(Ok(()));
        };
        let Announced { principal, handle, joined, .. } = announced;
        let arguments = [
            Argument::Bytes(handle.as_bytes()),
            Argument::Number(joined),
            Argument::Number(times.absolute.micros()),
            Argument::Bytes(former),
            limit(log_in),
        ];
        let key = self.keys.principal(principal);
        let ((revoked, entries), shown): ((Option<i64>, Vec<Vec<u8>>), _) =
            self.run_elsewhere(&script::CONFIRM, key, &arguments, now, until).await?;
        if let Some(last) = revoked {
            let mine = BTreeMap::from([(handle, last)]);
            Box::pin(self.end(principal, mine, now, until)).await?;
            return Ok(Err(shown));
        }
        let entries = Entry::read_settled(&entries)?;
        if let Some(limit) = log_in.limit {
            Box::pin(self.make_room(announced, limit, &entries, now, until)).await?;
        }
        Ok(Ok(()))
    }

    /// Removes the surplus among these.
    async fn make_room(
        &self,
        mine: Announced<'_>,
        limit: NonZeroU32,
        entries: &[Entry],
        now: Now,
        until: Instant,
    ) -> Result<(), Fault> {
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        if entries.len() <= limit {
            return Ok(());
        }
        let live = self.live(mine.principal, entries, now).await?;
        self.drop_ended(mine.principal, entries, &live, now, until).await;
        let mut others: Vec<&Record> =
            live.iter().filter(|record| record.handle != mine.handle).collect();
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
        self.end(mine.principal, sessions, now, until).await?;
        let key = self.keys.principal(mine.principal);
        self.remove(&key, surplus().map(|entry| &entry.bytes[..]), until).await;
        Ok(())
    }
}
