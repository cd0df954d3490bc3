//! `alive`.

use redis::Value;
use session_core::store::Liveness;
use session_core::{Handle, Now, Timestamp};

use super::operations::Operations;
use crate::connection::CommandError;
use crate::scripts;

impl Operations {
    /// In a cluster each is a command, and they are sent at the same time: few keys share a slot, and a command
    /// for two that do could not be carried out while their slot moves.
    pub(crate) async fn alive(
        &self,
        handles: &[Handle],
        now: Now,
    ) -> Result<Vec<Option<Liveness>>, CommandError> {
        if handles.is_empty() {
            return Ok(Vec::new());
        }
        let answers: Vec<(Option<Vec<Value>>, Timestamp)> =
            self.run_each(&scripts::ALIVE, handles, now, self.deadline()).await?;
        let liveness = |(answer, now): (Option<Vec<Value>>, _)| {
            answer.map(|answer| read(&answer, now).ok_or(CommandError::Malformed)).transpose()
        };
        answers.into_iter().map(liveness).collect()
    }
}

fn read(answer: &[Value], now: Timestamp) -> Option<Liveness> {
    let [Value::Int(expires), Value::Int(absolute), principal @ ..] = answer else {
        return None;
    };
    let principal = match principal {
        [] => None,
        [Value::BulkString(principal)] => Some(str::from_utf8(principal).ok()?.into()),
        _ => return None,
    };
    let [expires, absolute] = [*expires, *absolute].map(Timestamp::from_micros);
    Some(Liveness::new(principal, now, expires, absolute))
}
