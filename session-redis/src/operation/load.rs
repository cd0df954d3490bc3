//! `load`, of one record and of several.

use session_core::store::{Contents, Record};
use session_core::{Handle, Now, Timestamp};
use tokio::time::Instant;

use super::operations::Operations;
use crate::connection::{CommandError, Retry};
use crate::scripts::{self, RecordHeader, Script};

impl Operations {
    pub(crate) async fn load(
        &self,
        handle: Handle,
        now: Now,
    ) -> Result<Option<Record>, CommandError> {
        let key = self.keys.record(handle);
        let (found, now): (Option<Vec<u8>>, _) =
            self.run(&scripts::LOAD, key, &[], now, Retry::Safe, self.deadline()).await?;
        read(found, handle, Contents::Whole, now)
    }

    /// Loads several at the same time, in their order.
    pub(super) async fn load_each(
        &self,
        handles: &[Handle],
        contents: Contents,
        now: Now,
        deadline: Instant,
    ) -> Result<Vec<Option<Record>>, CommandError> {
        let script: &Script = match contents {
            Contents::Whole => &scripts::LOAD,
            Contents::WithoutFields => &scripts::LOAD_WITHOUT_FIELDS,
        };
        let found = self.run_each(script, handles, now, deadline).await?;
        let record = |((found, now), handle)| read(found, handle, contents, now);
        found.into_iter().zip(handles.iter().copied()).map(record).collect()
    }
}

fn read(
    found: Option<Vec<u8>>,
    handle: Handle,
    contents: Contents,
    now: Timestamp,
) -> Result<Option<Record>, CommandError> {
    let Some(bytes) = found else { return Ok(None) };
    RecordHeader::read_record(&bytes, handle, contents, now)
        .map(Some)
        .ok_or(CommandError::Malformed)
}
