//! `delete`, and the removal of records that other operations need.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use redis::Value;
use session_core::{Handle, Now, Timestamp};
use tokio::time::Instant;

use super::executor::MAX_CONCURRENT;
use super::operations::Operations;
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

struct Removal {
    deleted: Deleted,
    /// The principal and the entry of an index in another slot that leads nowhere now, if there is one.
    stale: Vec<Value>,
}

impl Operations {
    pub(crate) async fn delete(
        &self,
        handle: Handle,
        remember: Option<Duration>,
        now: Now,
    ) -> Result<bool, CommandError> {
        let deadline = self.deadline();
        let (removal, server_now) =
            self.delete_record(handle, Condition::Any, remember, now, deadline).await?;
        self.remove_stale(&removal.stale, deadline).await;
        if let Some(remember) = remember {
            self.note_expiry(handle, server_now.plus(remember), now, deadline).await?;
        }
        Ok(removal.deleted == Deleted::Live)
    }

    pub(super) async fn delete_if(
        &self,
        handle: Handle,
        condition: Condition<'_>,
        now: Now,
        deadline: Instant,
    ) -> Result<Deleted, CommandError> {
        let (removal, _) = self.delete_record(handle, condition, None, now, deadline).await?;
        self.remove_stale(&removal.stale, deadline).await;
        Ok(removal.deleted)
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
            let (removal, _) = self.delete_record(handle, condition, None, now, deadline).await?;
            Ok((handle, removal.deleted))
        });
        iter(deletions).buffer_unordered(MAX_CONCURRENT).try_collect().await
    }

    /// Returns what became of the record, and the time on the server's clock.
    async fn delete_record(
        &self,
        handle: Handle,
        condition: Condition<'_>,
        remember: Option<Duration>,
        now: Now,
        deadline: Instant,
    ) -> Result<(Removal, Timestamp), CommandError> {
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
            remember.map_or(Argument::NONE, Argument::duration),
        ];
        let key = self.keys.record(handle);
        let (answer, server_now): (Option<Vec<Value>>, _) =
            self.run(&scripts::DELETE, key, &arguments, now, Retry::Unsafe, deadline).await?;
        let (deleted, stale) = match answer.as_deref() {
            None => (Deleted::Missing, &[][..]),
            Some([Value::Int(2), Value::Int(expires)]) => (Deleted::Spared(*expires), &[][..]),
            Some([Value::Int(live), stale @ ..]) => {
                (if *live == 1 { Deleted::Live } else { Deleted::Expired }, stale)
            }
            Some(_) => return Err(CommandError::Malformed),
        };
        Ok((Removal { deleted, stale: stale.to_vec() }, server_now))
    }
}
