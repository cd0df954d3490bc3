//! `touch`.

use std::time::Duration;

use redis::Value;
use session_core::{Handle, Now};

use super::{Ends, Operations, moment};
use crate::fault::{Fault, Repeat};
use crate::moment::span;
use crate::script::{self, Argument};

impl Operations {
    /// In a cluster it also enters the session in its principal's index again, in case that
    /// node lost the entry and this one did not lose the record.
    pub(crate) async fn touch(
        &self,
        handle: Handle,
        idle: Duration,
        now: Now,
    ) -> Result<bool, Fault> {
        let until = self.until();
        let key = self.keys.record(handle);
        let arguments = [Argument::Bytes(handle.as_bytes()), span(idle)];
        let (touched, _): (Option<Vec<Value>>, _) =
            self.run(&script::TOUCH, key, &arguments, now, Repeat::Harmless, until).await?;
        let Some(touched) = touched else {
            return Ok(false);
        };
        let [Value::Int(expires), rest @ ..] = &touched[..] else {
            return Err(Fault::Misread);
        };
        self.note(handle, moment(*expires), now, until).await?;
        if let [Value::BulkString(principal), Value::BulkString(entry), Value::Int(absolute)] = rest
        {
            let principal = std::str::from_utf8(principal).map_err(|_| Fault::Misread)?;
            let index = self.keys.principal(principal);
            // The session is renewed either way, and the next touch tries again.
            let _ = self.enter(index, entry, Ends::At(*absolute), now, until).await;
        }
        Ok(true)
    }
}
