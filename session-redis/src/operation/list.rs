//! `list`, and the live records that an index names.

use std::collections::BTreeSet;

use redis::Value;
use session_core::store::{Contents, Cursor, ListQuery, Page, Record};
use session_core::{Handle, Now};
use tokio::time::Instant;

use super::entry::{self, Entry};
use super::operations::Operations;
use crate::connection::{CommandError, Retry};
use crate::scripts::{self, Argument, RecordHeader};

impl Operations {
    pub(crate) async fn list(
        &self,
        principal: &str,
        query: ListQuery,
        now: Now,
    ) -> Result<Page, CommandError> {
        if self.executor.is_standalone() {
            self.list_standalone(principal, query, now).await
        } else {
            self.list_in_cluster(principal, query, now).await
        }
    }

    async fn list_standalone(
        &self,
        principal: &str,
        query: ListQuery,
        now: Now,
    ) -> Result<Page, CommandError> {
        let key = self.keys.principal(principal);
        let contents: &[u8] = match query.contents {
            Contents::Whole => b"whole",
            Contents::WithoutFields => b"",
        };
        let after = query.after.as_ref();
        let arguments = [
            Argument::Bytes(principal.as_bytes()),
            Argument::Bytes(contents),
            after.map_or(Argument::NONE, |after| Argument::timestamp(after.created)),
            after.map_or(Argument::NONE, |after| Argument::Bytes(after.handle.as_bytes())),
            Argument::Number(query.limit.into()),
        ];
        let (found, now): (Vec<Value>, _) =
            self.run(&scripts::LIST, key, &arguments, now, Retry::Safe, self.deadline()).await?;
        let record = |pair: &[Value]| match pair {
            [Value::BulkString(handle), Value::BulkString(bytes)] => {
                let handle = entry::read_handle(handle)?;
                RecordHeader::read_record(bytes, handle, query.contents, now)
            }
            _ => None,
        };
        let records: Result<_, _> =
            found.chunks(2).map(|pair| record(pair).ok_or(CommandError::Malformed)).collect();
        Ok(Page::new(records?, &query))
    }

    /// Which records are on the page is seen when all that the index names were read; their fields are read
    /// only if they are.
    async fn list_in_cluster(
        &self,
        principal: &str,
        query: ListQuery,
        now: Now,
    ) -> Result<Page, CommandError> {
        let deadline = self.deadline();
        let key = self.keys.principal(principal);
        let (members, _): (Vec<Value>, _) =
            self.run_in_cluster(&scripts::MEMBERS, key, &[], now, deadline).await?;
        let entries = Entry::read(&members)?;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let contents =
            if entries.len() <= limit { query.contents } else { Contents::WithoutFields };
        let mut records = self.live_records(principal, &entries, contents, now, deadline).await?;
        self.remove_ended(principal, &entries, &records, now, deadline).await;
        if let Some(after) = query.after {
            records.retain(|record| Cursor::of(record) > after);
        }
        records.sort_by_key(Cursor::of);
        records.truncate(limit);
        let mut page = Page::new(records, &query);
        if contents != query.contents {
            self.complete(&mut page, now, deadline).await?;
        }
        Ok(page)
    }

    /// Reads the records of the page with their fields. Those that ended meanwhile are not in it any more; what
    /// comes after the page stays as it is.
    async fn complete(
        &self,
        page: &mut Page,
        now: Now,
        deadline: Instant,
    ) -> Result<(), CommandError> {
        let handles: Vec<Handle> = page.records.iter().map(|record| record.handle).collect();
        let whole = self.load_each(&handles, Contents::Whole, now, deadline).await?;
        let is_same = |whole: &Record, seen: &Record| {
            whole.principal == seen.principal && Cursor::of(whole) == Cursor::of(seen)
        };
        let pairs = whole.into_iter().zip(&page.records);
        page.records =
            pairs.filter_map(|(whole, seen)| whole.filter(|whole| is_same(whole, seen))).collect();
        Ok(())
    }

    /// Those of the principal's records that these entries name and that are live.
    pub(super) async fn live_records(
        &self,
        principal: &str,
        entries: &[Entry],
        contents: Contents,
        now: Now,
        deadline: Instant,
    ) -> Result<Vec<Record>, CommandError> {
        // A session that came back to a principal may be entered twice.
        let handles: BTreeSet<Handle> = entries.iter().map(|entry| entry.handle).collect();
        let handles: Vec<Handle> = handles.into_iter().collect();
        let records = self.load_each(&handles, contents, now, deadline).await?;
        let theirs = |record: &Record| record.principal.as_deref() == Some(principal);
        Ok(records.into_iter().flatten().filter(theirs).collect())
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
