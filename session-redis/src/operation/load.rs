//! `load`.

use session_core::store::Record;
use session_core::{Handle, Now};

use super::Operations;
use crate::fault::{Fault, Repeat};
use crate::record::Head;
use crate::script;

impl Operations {
    pub(crate) async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, Fault> {
        let key = self.keys.record(handle);
        let (found, now): (Option<Vec<u8>>, _) =
            self.run(&script::LOAD, key, &[], now, Repeat::Harmless, self.until()).await?;
        found.map(|bytes| Head::record(&bytes, handle, now).ok_or(Fault::Misread)).transpose()
    }
}
