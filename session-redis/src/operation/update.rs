//! `update`.

use redis::Value;
use session_core::store::{Contents, Times, Update, Updated};
use session_core::{Handle, Now};
use tokio::time::Instant;

use super::index::{EntryExpiry, Restored};
use super::log_in::{Announcement, Revoked};
use super::operations::Operations;
use crate::connection::{CommandError, Retry};
use crate::scripts::{self, Argument, HAS_PRINCIPAL, IS_PERSISTENT, RecordHeader};

impl Operations {
    pub(crate) async fn update(&self, update: Update, now: Now) -> Result<Updated, CommandError> {
        let deadline = self.deadline();
        let handle = update.handle;
        let key = self.keys.record(handle);
        let persistent = if update.persistent { IS_PERSISTENT } else { 0 };
        let principal = update.principal.as_deref();
        let flags = persistent | if principal.is_some() { HAS_PRINCIPAL } else { 0 };
        let expected = update.revision.to_be_bytes();
        let next = update.revision.wrapping_add(1).to_be_bytes();
        let log_in = update.authenticated.map(|_| update.log_in);
        // An index in another slot learns of a log-in first.
        let mut announcement = None;
        if let (false, Some(principal), Some(absolute)) =
            (self.executor.is_standalone(), principal, update.authenticated)
        {
            match self
                .announce(principal, handle, EntryExpiry::After(absolute), log_in, now, deadline)
                .await?
            {
                Ok(announced) => announcement = Some(announced),
                Err(Revoked(now)) => return Ok(Updated::Revoked(now)),
            }
        }
        loop {
            let arguments = [
                Argument::Bytes(handle.as_bytes()),
                Argument::Number(flags.into()),
                Argument::Bytes(update.digest.as_bytes()),
                Argument::Bytes(principal.unwrap_or("").as_bytes()),
                Argument::Bytes(&update.fields),
                update.idle.map_or(Argument::NONE, Argument::duration),
                update.authenticated.map_or(Argument::NONE, Argument::duration),
                Argument::Bytes(&expected),
                Argument::Bytes(&next),
                announcement.map_or(Argument::NONE, Announcement::argument),
                Argument::began(update.log_in),
                Argument::session_limit(update.log_in),
            ];
            let (answer, server_now): (Value, _) = self
                .run(&scripts::UPDATE, key.clone(), &arguments, now, Retry::Unsafe, deadline)
                .await?;
            // Most answers are a single value.
            let answer = match answer {
                Value::Nil => Vec::new(),
                Value::Array(answer) => answer,
                header => vec![Value::Int(0), header],
            };
            if let Some(announcement) =
                announcement.filter(|_| !matches!(answer[..], [Value::Int(0 | 4), ..]))
            {
                self.withdraw(announcement, deadline).await;
            }
            match (&answer[..], principal) {
                ([], _) => return Ok(Updated::Gone),
                ([Value::Int(0), Value::BulkString(header), stale @ ..], _) => {
                    let times = RecordHeader::read_times(header, server_now)
                        .ok_or(CommandError::Malformed)?;
                    let former = match (stale, principal) {
                        ([Value::BulkString(was), Value::BulkString(entry)], Some(principal))
                            if was == principal.as_bytes() =>
                        {
                            &entry[..]
                        }
                        _ => {
                            self.remove_stale(stale, deadline).await;
                            &[]
                        }
                    };
                    if let Some(announcement) = announcement
                        && let Err(Revoked(now)) =
                            self.confirm(announcement, times, former, now, deadline).await?
                    {
                        return Ok(Updated::Revoked(now));
                    }
                    if update.idle.is_some() {
                        self.note_expiry(handle, times.expires, now, deadline).await?;
                    }
                    return Ok(Updated::Saved(times));
                }
                ([Value::Int(4), Value::BulkString(header), entry, ends], Some(principal)) => {
                    let times = RecordHeader::read_times(header, server_now);
                    let entry = [Value::BulkString(principal.into()), entry.clone(), ends.clone()];
                    return self.saved(handle, times, &entry, now, deadline).await;
                }
                ([Value::Int(1), Value::BulkString(bytes)], _) => {
                    let record =
                        RecordHeader::read_record(bytes, handle, Contents::Whole, server_now)
                            .ok_or(CommandError::Malformed)?;
                    return Ok(Updated::Conflict(Box::new(record)));
                }
                ([Value::Int(2), Value::Int(absolute)], Some(principal)) => {
                    let expiry = EntryExpiry::At(*absolute);
                    match self.announce(principal, handle, expiry, log_in, now, deadline).await? {
                        Ok(announced) => announcement = Some(announced),
                        Err(Revoked(now)) => return Ok(Updated::Revoked(now)),
                    }
                }
                ([Value::Int(3)], _) => return Ok(Updated::Revoked(server_now)),
                _ => return Err(CommandError::Malformed),
            }
        }
    }

    /// The record is saved, unless its entry was lost and it had to be ended. If that cannot be found out, a later update
    /// tries again.
    async fn saved(
        &self,
        handle: Handle,
        times: Option<Times>,
        entry: &[Value; 3],
        now: Now,
        deadline: Instant,
    ) -> Result<Updated, CommandError> {
        let times = times.ok_or(CommandError::Malformed)?;
        self.note_expiry(handle, times.expires, now, deadline).await?;
        Ok(match self.restore_entry(handle, entry, now, deadline).await {
            Ok(Restored::Ended) => Updated::Gone,
            _ => Updated::Saved(times),
        })
    }
}
