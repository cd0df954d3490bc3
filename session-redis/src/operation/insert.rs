//! `insert`.

use redis::Value;
use session_core::Now;
use session_core::store::{Insert, Inserted};

use super::index::EntryExpiry;
use super::log_in::{Announcement, Revoked};
use super::operations::Operations;
use crate::connection::{CommandError, Retry};
use crate::scripts::{self, Argument, HAS_LABEL, HAS_PRINCIPAL, IS_PERSISTENT, RecordHeader};

impl Operations {
    pub(crate) async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, CommandError> {
        let deadline = self.deadline();
        let (handle, log_in) = (insert.handle, insert.log_in);
        let principal = insert.principal.as_deref();
        // In a cluster one script cannot write both: the entry in the index comes before the record.
        let mut announcement = None;
        if let Some(principal) = principal.filter(|_| !self.executor.is_standalone()) {
            let expiry = EntryExpiry::After(insert.absolute);
            match self.announce(principal, handle, expiry, Some(log_in), now, deadline).await? {
                Ok(announced) => announcement = Some(announced),
                Err(Revoked(now)) => return Ok(Inserted::Revoked(now)),
            }
        }
        let mut flags = 0;
        for (flag, is_set) in [
            (IS_PERSISTENT, insert.persistent),
            (HAS_PRINCIPAL, insert.principal.is_some()),
            (HAS_LABEL, insert.label.is_some()),
        ] {
            flags |= if is_set { flag } else { 0 };
        }
        let arguments = [
            Argument::Bytes(handle.as_bytes()),
            Argument::Number(flags.into()),
            Argument::Bytes(insert.digest.as_bytes()),
            Argument::Bytes(principal.unwrap_or("").as_bytes()),
            Argument::Bytes(insert.label.as_deref().unwrap_or("").as_bytes()),
            Argument::Bytes(&insert.fields),
            Argument::duration(insert.idle),
            Argument::duration(insert.absolute),
            announcement.map_or(Argument::NONE, Announcement::argument),
            Argument::began(log_in),
            Argument::session_limit(log_in),
        ];
        let key = self.keys.record(handle);
        let (answer, server_now): (Value, _) =
            self.run(&scripts::INSERT, key, &arguments, now, Retry::Unsafe, deadline).await?;
        let times = match &answer {
            Value::BulkString(header) => {
                RecordHeader::read_times(header, server_now).ok_or(CommandError::Malformed)?
            }
            Value::Nil => {
                if let Some(announcement) = announcement {
                    self.withdraw(announcement, deadline).await;
                }
                return Ok(Inserted::Occupied);
            }
            Value::Int(1) => return Ok(Inserted::Revoked(server_now)),
            _ => return Err(CommandError::Malformed),
        };
        if let Some(announcement) = announcement
            && let Err(Revoked(now)) = self.confirm(announcement, times, &[], now, deadline).await?
        {
            return Ok(Inserted::Revoked(now));
        }
        self.note_expiry(handle, times.expires, now, deadline).await?;
        Ok(Inserted::Saved(times))
    }
}
