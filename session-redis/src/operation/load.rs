//! `load`.

use session_core::store::Record;
use session_core::{Handle, Now};

use super::{Operations, moment};
use crate::fault::{Fault, Repeat};
use crate::moment::clock;
use crate::record::Head;
use crate::script;

impl Operations {
    pub(crate) async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, Fault> {
        let key = self.keys.record(handle);
        let arguments = [clock(now), self.indexes()];
        let found: Option<(i64, Vec<u8>)> =
            self.run(&script::LOAD, &key, &arguments, Repeat::Harmless, self.until()).await?;
        let Some((now, bytes)) = found else {
            return Ok(None);
        };
        Head::record(&bytes, handle, moment(now)).ok_or(Fault::Misread).map(Some)
    }
}
