//! `insert`.

use session_core::Now;
use session_core::store::{Insert, Inserted};

use super::{Ends, Operations, moment};
use crate::fault::{Fault, Repeat};
use crate::moment::{clock, span};
use crate::record::{Head, LABEL, PERSISTENT, PRINCIPAL};
use crate::script::{self, Argument};

impl Operations {
    pub(crate) async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, Fault> {
        let until = self.until();
        let announced = self.announce_insert(&insert, now, until).await?;
        let handle = insert.handle;
        let mut flags = 0;
        for (flag, set) in [
            (PERSISTENT, insert.persistent),
            (PRINCIPAL, insert.principal.is_some()),
            (LABEL, insert.label.is_some()),
        ] {
            flags |= if set { flag } else { 0 };
        }
        let arguments = [
            clock(now),
            self.indexes(),
            Argument::Bytes(handle.as_bytes()),
            Argument::Number(flags.into()),
            Argument::Bytes(insert.digest.as_bytes()),
            Argument::Bytes(insert.principal.as_deref().unwrap_or("").as_bytes()),
            Argument::Bytes(insert.label.as_deref().unwrap_or("").as_bytes()),
            Argument::Bytes(&insert.fields),
            span(insert.idle),
            span(insert.absolute),
            announced,
        ];
        let key = self.keys.record(handle);
        let saved: Option<(i64, Vec<u8>)> =
            self.run(&script::INSERT, &key, &arguments, Repeat::Never, until).await?;
        let Some((moment_now, head)) = saved else {
            return Ok(Inserted::Occupied);
        };
        let times = Head::times(&head, moment(moment_now)).ok_or(Fault::Misread)?;
        self.note(handle, times.expires, now, until).await?;
        Ok(Inserted::Saved(times))
    }

    /// The entry in the index before the record, where one script cannot do both.
    async fn announce_insert(
        &self,
        insert: &Insert,
        now: Now,
        until: tokio::time::Instant,
    ) -> Result<Argument<'static>, Fault> {
        if self.server.is_one() {
            return Ok(Argument::NONE);
        }
        let Some(principal) = &insert.principal else {
            return Ok(Argument::NONE);
        };
        let ends = Ends::After(insert.absolute);
        let announced = self.announce(principal, insert.handle, ends, now, until).await?;
        Ok(Argument::Number(announced))
    }
}
