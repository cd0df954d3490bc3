//! `touch`.

use std::time::Duration;

use redis::Value;
use session_core::{Handle, Now, Timestamp};

use super::index::EntryExpiry;
use super::operations::Operations;
use crate::connection::{CommandError, Retry};
use crate::scripts::{self, Argument};

impl Operations {
    /// In a cluster it also enters the session in its principal's index again, in case that
    /// node lost the entry and this one did not lose the record.
    pub(crate) async fn touch(
        &self,
        handle: Handle,
        idle: Duration,
        now: Now,
    ) -> Result<bool, CommandError> {
        let deadline = self.deadline();
        let key = self.keys.record(handle);
        let arguments = [Argument::Bytes(handle.as_bytes()), Argument::duration(idle)];
        let (touched, _): (Option<Vec<Value>>, _) =
            self.run(&scripts::TOUCH, key, &arguments, now, Retry::Safe, deadline).await?;
        let Some(touched) = touched else {
            return Ok(false);
        };
        let [Value::Int(expires), rest @ ..] = &touched[..] else {
            return Err(CommandError::Malformed);
        };
        self.note_expiry(handle, Timestamp::from_micros(*expires), now, deadline).await?;
        if let [Value::BulkString(principal), Value::BulkString(entry), Value::Int(absolute)] = rest
        {
            let principal = std::str::from_utf8(principal).map_err(|_| CommandError::Malformed)?;
            let index = self.keys.principal(principal);
            // The session is renewed either way, and the next touch tries again.
            let _ = self.enter(index, entry, EntryExpiry::At(*absolute), now, deadline).await;
        }
        Ok(true)
    }
}
