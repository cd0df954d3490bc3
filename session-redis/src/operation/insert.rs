//! `insert`.

use redis::Value;
use session_core::Now;
use session_core::store::{Insert, Inserted};

use super::{Ends, Operations};
use crate::fault::{Fault, Repeat};
use crate::moment::{began, limit, span};
use crate::record::{Head, LABEL, PERSISTENT, PRINCIPAL};
use crate::script::{self, Argument};

impl Operations {
    pub(crate) async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, Fault> {
        let until = self.until();
        let (handle, log_in) = (insert.handle, insert.log_in);
        let principal = insert.principal.as_deref();
        // Where one script cannot do both, the entry in the index before the record.
        let mut announced = None;
        if let Some(principal) = principal.filter(|_| !self.server.is_one()) {
            let ends = Ends::After(insert.absolute);
            match self.announce(principal, handle, ends, Some(log_in), now, until).await? {
                Ok(done) => announced = Some(done),
                Err(now) => return Ok(Inserted::Revoked(now)),
            }
        }
        let mut flags = 0;
        for (flag, set) in [
            (PERSISTENT, insert.persistent),
            (PRINCIPAL, insert.principal.is_some()),
            (LABEL, insert.label.is_some()),
        ] {
            flags |= if set { flag } else { 0 };
        }
        let arguments = [
            Argument::Bytes(handle.as_bytes()),
            Argument::Number(flags.into()),
            Argument::Bytes(insert.digest.as_bytes()),
            Argument::Bytes(principal.unwrap_or("").as_bytes()),
            Argument::Bytes(insert.label.as_deref().unwrap_or("").as_bytes()),
            Argument::Bytes(&insert.fields),
            span(insert.idle),
            span(insert.absolute),
            announced.map_or(Argument::NONE, |announced| Argument::Number(announced.joined)),
            began(log_in),
            limit(log_in),
        ];
        let key = self.keys.record(handle);
        let (answer, shown): (Value, _) =
            self.run(&script::INSERT, key, &arguments, now, Repeat::Never, until).await?;
        let times = match &answer {
            Value::BulkString(head) => Head::times(head, shown).ok_or(Fault::Misread)?,
            Value::Nil => {
                if let Some(announced) = announced {
                    self.withdraw(announced, until).await;
                }
                return Ok(Inserted::Occupied);
            }
            Value::Int(1) => return Ok(Inserted::Revoked(shown)),
            _ => return Err(Fault::Misread),
        };
        if let Some(announced) = announced
            && let Err(now) = self.confirm(announced, times, &[], now, until).await?
        {
            return Ok(Inserted::Revoked(now));
        }
        self.note(handle, times.expires, now, until).await?;
        Ok(Inserted::Saved(times))
    }
}
