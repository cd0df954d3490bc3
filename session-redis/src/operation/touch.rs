//! `touch`.

use std::time::Duration;

use redis::Value;
use session_core::{Handle, Now, Timestamp};

use super::index::Restored;
use super::operations::Operations;
use crate::connection::{CommandError, Retry};
use crate::scripts::{self, Argument};

impl Operations {
    /// It also restores the entry in the principal's index, which may have been lost where the record was not.
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
        if let Ok(answer) = rest.try_into() {
            // If that fails, the session is renewed all the same, and the next touch tries again.
            let restored = self.restore_entry(handle, answer, now, deadline).await;
            return Ok(!matches!(restored, Ok(Restored::Ended)));
        }
        Ok(true)
    }
}
