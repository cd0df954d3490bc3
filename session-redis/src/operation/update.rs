//! `update`.

use redis::Value;
use session_core::Now;
use session_core::store::{Update, Updated};

use super::{Ends, Operations, moment};
use crate::fault::{Fault, Repeat};
use crate::moment::{clock, span};
use crate::record::{Head, PERSISTENT, PRINCIPAL};
use crate::script::{self, Argument};

impl Operations {
    pub(crate) async fn update(&self, update: Update, now: Now) -> Result<Updated, Fault> {
        let until = self.until();
        let handle = update.handle;
        let key = self.keys.record(handle);
        let persistent = if update.persistent { PERSISTENT } else { 0 };
        let principal = update.principal.as_deref();
        let flags = persistent | if principal.is_some() { PRINCIPAL } else { 0 };
        let expected = update.revision.to_be_bytes();
        let next = update.revision.wrapping_add(1).to_be_bytes();
        let mut announced = Argument::NONE;
        loop {
            let arguments = [
                clock(now),
                self.indexes(),
                Argument::Bytes(handle.as_bytes()),
                Argument::Number(flags.into()),
                Argument::Bytes(update.digest.as_bytes()),
                Argument::Bytes(principal.unwrap_or("").as_bytes()),
                Argument::Bytes(&update.fields),
                span(update.idle),
                update.authenticated.map_or(Argument::NONE, span),
                Argument::Bytes(&expected),
                Argument::Bytes(&next),
                announced,
            ];
            let answer: Option<Vec<Value>> =
                self.run(&script::UPDATE, &key, &arguments, Repeat::Never, until).await?;
            let Some(answer) = answer else {
                return Ok(Updated::Gone);
            };
            match (&answer[..], principal) {
                ([Value::Int(0), Value::Int(shown), Value::BulkString(head), stale @ ..], _) => {
                    let times = Head::times(head, moment(*shown)).ok_or(Fault::Misread)?;
                    self.note(handle, times.expires, now, until).await?;
                    self.forget(stale, until).await;
                    return Ok(Updated::Saved(times));
                }
                ([Value::Int(1), Value::Int(now), Value::BulkString(bytes)], _) => {
                    let record = Head::record(bytes, handle, moment(*now)).ok_or(Fault::Misread)?;
                    return Ok(Updated::Conflict(Box::new(record)));
                }
                ([Value::Int(2), _, Value::Int(absolute)], Some(principal)) => {
                    let ends = Ends::At(*absolute);
                    let moment = self.announce(principal, handle, ends, now, until).await?;
                    announced = Argument::Number(moment);
                }
                _ => return Err(Fault::Misread),
            }
        }
    }
}
