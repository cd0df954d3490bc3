//! The answers: a server's reply to a command, taken apart into one answer for each invocation.

use redis::{RedisError, Value};
use session_core::Timestamp;

use crate::connection::CommandError;

/// The value that a script returned, and the time on its clock.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) now: Timestamp,
    pub(crate) value: Value,
}

impl Answer {
    /// The size of its strings in bytes.
    pub(super) fn size(&self) -> usize {
        match &self.value {
            Value::BulkString(bytes) => bytes.len(),
            Value::Array(values) => values
                .iter()
                .map(|value| if let Value::BulkString(bytes) = value { bytes.len() } else { 0 })
                .sum(),
            _ => 0,
        }
    }

    /// The answer to the only invocation of a command.
    pub(crate) fn read_one(reply: Value) -> Result<Self, CommandError> {
        Self::read_all(reply, 1)?.next().unwrap_or(Err(CommandError::Malformed))
    }

    /// The answers to all invocations of a command, of which there are `count`.
    pub(super) fn read_all(
        reply: Value,
        count: usize,
    ) -> Result<impl Iterator<Item = Result<Self, CommandError>>, CommandError> {
        let Value::Array(values) = reply else {
            return Err(CommandError::Malformed);
        };
        let mut values = values.into_iter();
        let Some(Value::Int(now)) = values.next() else {
            return Err(CommandError::Malformed);
        };
        if values.len() != count {
            return Err(CommandError::Malformed);
        }
        let now = Timestamp::from_micros(now);
        Ok(values.map(move |value| match value {
            Value::ServerError(error) => Err(CommandError::from(RedisError::from(error))),
            value => Ok(Self { now, value }),
        }))
    }
}
