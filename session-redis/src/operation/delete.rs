//! `delete`, and what else removes a record.

use std::collections::BTreeMap;

use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use redis::Value;
use session_core::{Handle, Now};
use tokio::time::Instant;

use super::{AT_ONCE, Operations};
use crate::fault::{Fault, Repeat};
use crate::script::{self, Argument};

/// Which records are removed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Condition<'a> {
    Any,
    Expired,
    /// Those of this principal that entered its index no later than this.
    Of(&'a str, i64),
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
        let (deleted, stale) = self.delete_record(handle, condition, now, until).await?;
        self.forget(&stale, until).await;
        Ok(deleted)
    }

    /// Removes these records of the principal, each if it entered the index no later than the moment
    /// beside it, and answers what became of each. The index is the caller's.
    pub(super) async fn end(
        &self,
        principal: &str,
        sessions: BTreeMap<Handle, i64>,
        now: Now,
        until: Instant,
    ) -> Result<BTreeMap<Handle, Deleted>, Fault> {
        let ends = sessions.into_iter().map(async |(handle, last)| {
            let condition = Condition::Of(principal, last);
            Ok((handle, self.delete_record(handle, condition, now, until).await?.0))
        });
        iter(ends).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn delete_record(
        &self,
        handle: Handle,
        condition: Condition<'_>,
        now: Now,
        until: Instant,
    ) -> Result<(Deleted, Vec<Value>), Fault> {
        let (condition, principal, last) = match condition {
            Condition::Any => ("", "", Argument::NONE),
            Condition::Expired => ("expired", "", Argument::NONE),
            Condition::Of(principal, last) => ("principal", principal, Argument::Number(last)),
        };
        let arguments = [
            Argument::Bytes(handle.as_bytes()),
            Argument::Bytes(condition.as_bytes()),
            Argument::Bytes(principal.as_bytes()),
            last,
        ];
        let key = self.keys.record(handle);
        let (answer, _): (Option<Vec<Value>>, _) =
            self.run(&script::DELETE, key, &arguments, now, Repeat::Never, until).await?;
        match answer.as_deref() {
            None => Ok((Deleted::Missing, Vec::new())),
            Some([Value::Int(2), Value::Int(expires)]) => {
                Ok((Deleted::Spared(*expires), Vec::new()))
            }
            Some([Value::Int(live), stale @ ..]) => {
                let deleted = if *live == 1 { Deleted::Live } else { Deleted::Expired };
                Ok((deleted, stale.to_vec()))
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
