//! `sweep`.

use session_core::store::Swept;
use session_core::{Handle, Now};

use super::delete::{Condition, Deleted};
use super::index::EntryExpiry;
use super::operations::Operations;
use crate::connection::{CommandError, Retry};
use crate::scripts::{self, Argument};

impl Operations {
    /// By Redis's own clock there is nothing to do: it drops each record when it expires. By another
    /// clock it cannot; records that were inserted by one are found in a sorted set.
    pub(crate) async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, CommandError> {
        if now.named().is_none() {
            return Ok(Swept::All(0));
        }
        if !self.executor.is_standalone() {
            return self.sweep_in_cluster(limit, now).await;
        }
        let key = self.keys.named();
        let arguments = [Argument::Number(limit.into())];
        let ((removed, all), _): ((u64, bool), _) =
            self.run(&scripts::SWEEP, key, &arguments, now, Retry::Unsafe, self.deadline()).await?;
        Ok(if all { Swept::All(removed) } else { Swept::Some(removed) })
    }

    async fn sweep_in_cluster(&self, limit: u32, now: Now) -> Result<Swept, CommandError> {
        let deadline = self.deadline();
        let key = self.keys.named();
        let arguments = [Argument::Number(limit.into())];
        let (due, _): (Vec<Vec<u8>>, _) =
            self.run_in_cluster(&scripts::DUE, key.clone(), &arguments, now, deadline).await?;
        let mut removed = 0;
        let mut done = Vec::new();
        for member in &due {
            let bytes = member.as_slice().try_into().map_err(|_| CommandError::Malformed)?;
            let handle = Handle::from_bytes(bytes);
            match self.delete_if(handle, Condition::Expired, now, deadline).await? {
                Deleted::Spared(expires) => {
                    self.enter(key.clone(), member, EntryExpiry::At(expires), now, deadline)
                        .await?;
                    continue;
                }
                Deleted::Missing => {}
                Deleted::Expired | Deleted::Live => removed += 1,
            }
            done.push(&member[..]);
        }
        self.remove_entries(&key, done, deadline).await;
        let all = due.len() < usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(if all { Swept::All(removed) } else { Swept::Some(removed) })
    }
}
