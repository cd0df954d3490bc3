//! `load`.

use session_core::store::Record;
use session_core::{Handle, Now};

use super::operations::Operations;
use crate::connection::{CommandError, Retry};
use crate::scripts::{self, RecordHeader};

impl Operations {
    pub(crate) async fn load(
        &self,
        handle: Handle,
        now: Now,
    ) -> Result<Option<Record>, CommandError> {
        let key = self.keys.record(handle);
        let (found, now): (Option<Vec<u8>>, _) =
            self.run(&scripts::LOAD, key, &[], now, Retry::Safe, self.deadline()).await?;
        found
            .map(|bytes| {
                RecordHeader::read_record(&bytes, handle, now).ok_or(CommandError::Malformed)
            })
            .transpose()
    }
}
