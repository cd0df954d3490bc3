//! `sweep`.

use session_core::store::Swept;
use session_core::{Handle, Now};

use super::delete::{Condition, Deleted};
use super::{Ends, Operations};
use crate::fault::{Fault, Repeat};
use crate::script::{self, Argument};

impl Operations {
    /// By Redis's own clock there is nothing to do: it drops each record when it expires. By a
    /// clock of somebody else's it cannot; what was inserted by one is found in a sorted set.
    pub(crate) async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, Fault> {
        if now.named().is_none() {
            return Ok(Swept::All(0));
        }
        if !self.server.is_one() {
            return self.sweep_elsewhere(limit, now).await;
        }
        let key = self.keys.named();
        let arguments = [Argument::Number(limit.into())];
        let ((removed, all), _): ((u64, bool), _) =
            self.run(&script::SWEEP, key, &arguments, now, Repeat::Never, self.until()).await?;
        Ok(if all { Swept::All(removed) } else { Swept::Some(removed) })
    }

    async fn sweep_elsewhere(&self, limit: u32, now: Now) -> Result<Swept, Fault> {
        let until = self.until();
        let key = self.keys.named();
        let arguments = [Argument::Number(limit.into())];
        let (due, _): (Vec<Vec<u8>>, _) =
            self.run_elsewhere(&script::DUE, key.clone(), &arguments, now, until).await?;
        let mut removed = 0;
        let mut done = Vec::new();
        for member in &due {
            let bytes = member.as_slice().try_into().map_err(|_| Fault::Misread)?;
            let handle = Handle::from_bytes(bytes);
            match self.delete_if(handle, Condition::Expired, now, until).await? {
                Deleted::Spared(expires) => {
                    self.enter(key.clone(), member, Ends::At(expires), now, until).await?;
                    continue;
                }
                Deleted::Missing => {}
                Deleted::Expired | Deleted::Live => removed += 1,
            }
            done.push(&member[..]);
        }
        self.remove(&key, done, until).await;
        let all = due.len() < usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(if all { Swept::All(removed) } else { Swept::Some(removed) })
    }
}
