//! `delete`, and the removal of records that other operations need.

use std::collections::BTreeMap;

use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use redis::Value;
use session_core::{Handle, Now};
use tokio::time::Instant;

use super::operations::{MAX_CONCURRENT, Operations};
use crate::connection::{CommandError, Retry};
use crate::scripts::{self, Argument};

/// The condition on which a record is removed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Condition<'a> {
    Any,
    Expired,
    /// It is of this principal, and entered its index no later than this, in microseconds.
    OfPrincipal {
        principal: &'a str,
        last_joined: i64,
    },
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
    /// It was not removed. It expires at this timestamp, in microseconds.
    Spared(i64),
}

impl Operations {
    pub(crate) async fn delete(&self, handle: Handle, now: Now) -> Result<bool, CommandError> {
        let deleted = self.delete_if(handle, Condition::Any, now, self.deadline()).await?;
        Ok(deleted == Deleted::Live)
    }

    pub(super) async fn delete_if(
        &self,
        handle: Handle,
        condition: Condition<'_>,
        now: Now,
        deadline: Instant,
    ) -> Result<Deleted, CommandError> {
        let (deleted, stale) = self.delete_record(handle, condition, now, deadline).await?;
        self.remove_stale(&stale, deadline).await;
        Ok(deleted)
    }

    /// Removes these records of the principal, each if it entered the index no later than the
    /// timestamp beside it. Returns what became of each. Their entries are left to the caller.
    pub(super) async fn delete_each(
        &self,
        principal: &str,
        sessions: BTreeMap<Handle, i64>,
        now: Now,
        deadline: Instant,
    ) -> Result<BTreeMap<Handle, Deleted>, CommandError> {
        let deletions = sessions.into_iter().map(async |(handle, last_joined)| {
            let condition = Condition::OfPrincipal { principal, last_joined };
            Ok((handle, self.delete_record(handle, condition, now, deadline).await?.0))
        });
        iter(deletions).buffer_unordered(MAX_CONCURRENT).try_collect().await
    }

    async fn delete_record(
        &self,
        handle: Handle,
        condition: Condition<'_>,
        now: Now,
        deadline: Instant,
    ) -> Result<(Deleted, Vec<Value>), CommandError> {
        let (condition, principal, last) = match condition {
            Condition::Any => ("", "", Argument::NONE),
            Condition::Expired => ("expired", "", Argument::NONE),
            Condition::OfPrincipal { principal, last_joined } => {
                ("principal", principal, Argument::Number(last_joined))
            }
        };
        let arguments = [
            Argument::Bytes(handle.as_bytes()),
            Argument::Bytes(condition.as_bytes()),
            Argument::Bytes(principal.as_bytes()),
            last,
        ];
        let key = self.keys.record(handle);
        let (answer, _): (Option<Vec<Value>>, _) =
            self.run(&scripts::DELETE, key, &arguments, now, Retry::Unsafe, deadline).await?;
        match answer.as_deref() {
            None => Ok((Deleted::Missing, Vec::new())),
            Some([Value::Int(2), Value::Int(expires)]) => {
                Ok((Deleted::Spared(*expires), Vec::new()))
            }
            Some([Value::Int(live), stale @ ..]) => {
                let deleted = if *live == 1 { Deleted::Live } else { Deleted::Expired };
                Ok((deleted, stale.to_vec()))
            }
            Some(_) => Err(CommandError::Malformed),
        }
    }
}
