//! `delete`, and what else removes a record.

use redis::Value;
use session_core::{Handle, Now};
use tokio::time::Instant;

use super::Operations;
use crate::fault::{Fault, Repeat};
use crate::moment::clock;
use crate::script::{self, Argument};

/// Which records are removed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Condition<'a> {
    Any,
    Expired,
    Of(&'a str),
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deleted {
    /// There was none.
    Missing,
    /// It had expired, and was removed.
    Expired,
    /// It was live, and was removed.
    Live,
    /// It expires at this moment, and was not removed.
    Spared(i64),
}

impl Operations {
    pub(crate) async fn delete(&self, handle: Handle, now: Now) -> Result<bool, Fault> {
        let deleted = self.delete_if(handle, Condition::Any, now, self.until()).await?;
        Ok(deleted == Deleted::Live)
    }

    pub(super) async fn delete_if(
        &self,
        handle: Handle,
        condition: Condition<'_>,
        now: Now,
        until: Instant,
    ) -> Result<Deleted, Fault> {
        let (condition, principal) = match condition {
            Condition::Any => ("", ""),
            Condition::Expired => ("expired", ""),
            Condition::Of(principal) => ("principal", principal),
        };
        let arguments = [
            clock(now),
            self.indexes(),
            Argument::Bytes(handle.as_bytes()),
            Argument::Bytes(condition.as_bytes()),
            Argument::Bytes(principal.as_bytes()),
        ];
        let key = self.keys.record(handle);
        let answer: Option<Vec<Value>> =
            self.run(&script::DELETE, &key, &arguments, Repeat::Never, until).await?;
        match answer.as_deref() {
            None => Ok(Deleted::Missing),
            Some([Value::Int(2), Value::Int(expires)]) => Ok(Deleted::Spared(*expires)),
            Some([Value::Int(live), stale @ ..]) => {
                self.forget(stale, until).await;
                Ok(if *live == 1 { Deleted::Live } else { Deleted::Expired })
            }
            Some(_) => Err(Fault::Misread),
        }
    }

    /// Takes an entry out of the index of a principal in another slot, if the script named one.
    pub(super) async fn forget(&self, stale: &[Value], until: Instant) {
        if let [Value::BulkString(principal), Value::BulkString(entry)] = stale
            && let Ok(principal) = std::str::from_utf8(principal)
        {
            self.remove(&self.keys.principal(principal), [&entry[..]], until).await;
        }
    }
}
