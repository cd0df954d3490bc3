//! `update`.

use redis::Value;
use session_core::Now;
use session_core::store::{Update, Updated};

use super::log_in::Announced;
use super::{Ends, Operations};
use crate::fault::{Fault, Repeat};
use crate::moment::{began, limit, span};
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
        let log_in = update.authenticated.map(|_| update.log_in);
        // An index in another slot learns of a log-in first.
        let mut announced = None;
        if let (false, Some(principal), Some(afresh)) =
            (self.server.is_one(), principal, update.authenticated)
        {
            match self.announce(principal, handle, Ends::After(afresh), log_in, now, until).await? {
                Ok(done) => announced = Some(done),
                Err(now) => return Ok(Updated::Revoked(now)),
            }
        }
        loop {
            let arguments = [
                Argument::Bytes(handle.as_bytes()),
                Argument::Number(flags.into()),
                Argument::Bytes(update.digest.as_bytes()),
                Argument::Bytes(principal.unwrap_or("").as_bytes()),
                Argument::Bytes(&update.fields),
                update.idle.map_or(Argument::NONE, span),
                update.authenticated.map_or(Argument::NONE, span),
                Argument::Bytes(&expected),
                Argument::Bytes(&next),
                announced.map_or(Argument::NONE, |announced: Announced<'_>| {
                    Argument::Number(announced.joined)
                }),
                began(update.log_in),
                limit(update.log_in),
            ];
            let (answer, shown): (Value, _) = self
                .run(&script::UPDATE, key.clone(), &arguments, now, Repeat::Never, until)
                .await?;
            // Most answers are a single value.
            let answer = match answer {
                Value::Nil => Vec::new(),
                Value::Array(answer) => answer,
                head => vec![Value::Int(0), head],
            };
            if let Some(announced) =
                announced.filter(|_| !matches!(answer[..], [Value::Int(0), ..]))
            {
                self.withdraw(announced, until).await;
            }
            match (&answer[..], principal) {
                ([], _) => return Ok(Updated::Gone),
                ([Value::Int(0), Value::BulkString(head), stale @ ..], _) => {
                    let times = Head::times(head, shown).ok_or(Fault::Misread)?;
                    let former = match (stale, principal) {
                        ([Value::BulkString(was), Value::BulkString(entry)], Some(principal))
                            if was == principal.as_bytes() =>
                        {
                            &entry[..]
                        }
                        _ => {
                            self.forget(stale, until).await;
                            &[]
                        }
                    };
                    if let Some(announced) = announced
                        && let Err(now) = self.confirm(announced, times, former, now, until).await?
                    {
                        return Ok(Updated::Revoked(now));
                    }
                    if update.idle.is_some() {
                        self.note(handle, times.expires, now, until).await?;
                    }
                    return Ok(Updated::Saved(times));
                }
                ([Value::Int(1), Value::BulkString(bytes)], _) => {
                    let record = Head::record(bytes, handle, shown).ok_or(Fault::Misread)?;
                    return Ok(Updated::Conflict(Box::new(record)));
                }
                ([Value::Int(2), Value::Int(absolute)], Some(principal)) => {
                    let ends = Ends::At(*absolute);
                    match self.announce(principal, handle, ends, log_in, now, until).await? {
                        Ok(done) => announced = Some(done),
                        Err(now) => return Ok(Updated::Revoked(now)),
                    }
                }
                ([Value::Int(3)], _) => return Ok(Updated::Revoked(shown)),
                _ => return Err(Fault::Misread),
            }
        }
    }
}
