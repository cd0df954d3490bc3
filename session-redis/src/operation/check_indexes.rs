//! `check_indexes`.

use std::fmt;

use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use redis::{ErrorKind, Value, cmd};
use session_core::{Handle, Now};
use tokio::time::Instant;

use super::executor::{MAX_CONCURRENT, Topology};
use super::index::Restored;
use super::operations::Operations;
use crate::connection::{CommandError, ConnectionManager, Retry};
use crate::scripts::{self, Argument, Invocation};

/// About how many keys one step looks at.
const STEP: u32 = 1000;

/// What [`RedisStore::check_indexes`](crate::RedisStore::check_indexes) has found so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct IndexCheck {
    /// How many records it has looked at.
    pub records: u64,
    /// How many live sessions were missing in the index of their principal, and are in it now.
    pub restored: u64,
    /// How many were missing there when all sessions of their principal were ended, and are ended now.
    pub ended: u64,
}

impl Operations {
    /// Looks at every record. It is over with an error if a connection is lost: nobody knows then where it was.
    pub(crate) async fn check_indexes(
        &self,
        progress: &mut (impl FnMut(&IndexCheck) + Send),
    ) -> Result<IndexCheck, CommandError> {
        let mut check = IndexCheck::default();
        let servers = match self.executor.topology() {
            Topology::Standalone(queue) => vec![queue.connection().clone()],
            Topology::Cluster(router) => router.masters(self.deadline()).await?,
        };
        for server in servers {
            let watch = server.watch(self.deadline()).await?;
            let mut cursor = 0_u64;
            loop {
                let (next, handles) = self.scan(&server, cursor).await?;
                for restored in self.restore(&handles, self.deadline()).await? {
                    match restored {
                        Restored::Nothing => {}
                        Restored::Entry => check.restored += 1,
                        Restored::Ended => check.ended += 1,
                    }
                }
                check.records += u64::try_from(handles.len()).unwrap_or(0);
                if !watch.is_in_use() {
                    let message = "the connection was lost meanwhile: begin again";
                    return Err(CommandError::Failed((ErrorKind::Io, message).into()));
                }
                progress(&check);
                if next == 0 {
                    break;
                }
                cursor = next;
            }
        }
        Ok(check)
    }

    /// Some of the records on this server, and where the next ones begin, or zero.
    async fn scan(
        &self,
        server: &ConnectionManager,
        cursor: u64,
    ) -> Result<(u64, Vec<Handle>), CommandError> {
        let prefix = self.keys.prefix();
        let mut scan = cmd("SCAN");
        scan.arg(cursor).arg("MATCH").arg(format!("{prefix}*")).arg("COUNT").arg(STEP);
        let answer = server.send(&scan, self.deadline()).await;
        let answer = answer.map_err(|error| server.explained(error, "+scan"))?;
        let (next, keys): (u64, Vec<Vec<u8>>) =
            redis::from_redis_value(answer).map_err(|_| CommandError::Malformed)?;
        let handle =
            |key: Vec<u8>| str::from_utf8(key.strip_prefix(prefix.as_bytes())?).ok()?.parse().ok();
        Ok((next, keys.into_iter().filter_map(handle).collect()))
    }

    /// Sees to it that these records are in the indexes of their principals.
    async fn restore(
        &self,
        handles: &[Handle],
        deadline: Instant,
    ) -> Result<Vec<Restored>, CommandError> {
        let invocations = handles.iter().map(|handle| {
            let arguments = [Argument::Bytes(handle.as_bytes())];
            let key = self.keys.record(*handle);
            Invocation::new(&scripts::RESTORE_RECORD, Now::Store, key, &arguments)
        });
        let answers = self.executor.run_each(invocations, Retry::Safe, deadline).await?;
        let restored =
            handles.iter().zip(answers).map(async |(handle, answer)| match answer.value {
                Value::Int(1) => Ok(Restored::Entry),
                Value::Int(_) => Ok(Restored::Ended),
                Value::Array(answer) => {
                    let answer = answer.try_into().map_err(|_| CommandError::Malformed)?;
                    self.restore_entry(*handle, &answer, Now::Store, deadline).await
                }
                _ => Ok(Restored::Nothing),
            });
        iter(restored).buffered(MAX_CONCURRENT).try_collect().await
    }
}

impl fmt::Display for IndexCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { records, restored, ended } = self;
        write!(
            f,
            "{records} records: {restored} were missing in an index, and {ended} had been ended"
        )
    }
}
