//! The operations: what all of them share, which is how a script is run.

use std::sync::Once;
use std::time::Duration;

use redis::FromRedisValue;
use session_core::{Handle, Now, Timestamp};
use tokio::time::Instant;

use super::executor::Executor;
use crate::batch::Answer;
use crate::connection::{CommandError, Retry};
use crate::scripts::{Argument, Invocation, Keys, Script};

/// The operations of a store.
pub(crate) struct Operations {
    pub(crate) executor: Executor,
    pub(crate) keys: Keys,
    /// Whether it was said that there is no feed of endings.
    pub(crate) refusal_told: Once,
    /// How long an operation may take.
    pub(crate) timeout: Duration,
}

impl Operations {
    /// When an operation that begins now has to be done.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Runs the script. Returns its answer, and the time on the server's clock.
    pub(super) async fn run<T: FromRedisValue>(
        &self,
        script: &'static Script,
        key: Vec<u8>,
        arguments: &[Argument<'_>],
        now: Now,
        retry: Retry,
        deadline: Instant,
    ) -> Result<(T, Timestamp), CommandError> {
        let invocation = Invocation::new(script, now, key, arguments);
        read(self.executor.run(invocation, retry, deadline).await?)
    }

    /// Runs a script that takes no arguments on each of these records, and changes nothing. Returns the
    /// answers in their order.
    pub(super) async fn run_each<T: FromRedisValue>(
        &self,
        script: &'static Script,
        handles: &[Handle],
        now: Now,
        deadline: Instant,
    ) -> Result<Vec<(T, Timestamp)>, CommandError> {
        let keys = handles.iter().copied().map(|handle| self.keys.record(handle));
        let invocations = keys.map(|key| Invocation::new(script, now, key, &[]));
        let answers = self.executor.run_each(invocations, Retry::Safe, deadline).await?;
        answers.into_iter().map(read).collect()
    }

    /// The same in a cluster, in another slot than that of the record. On the heap: otherwise every operation's
    /// future would have this one's size, on one server too.
    pub(super) async fn run_in_cluster<T: FromRedisValue>(
        &self,
        script: &'static Script,
        key: Vec<u8>,
        arguments: &[Argument<'_>],
        now: Now,
        deadline: Instant,
    ) -> Result<(T, Timestamp), CommandError> {
        Box::pin(self.run(script, key, arguments, now, Retry::Safe, deadline)).await
    }
}

/// The value that the script returned, and the time on its clock.
fn read<T: FromRedisValue>(answer: Answer) -> Result<(T, Timestamp), CommandError> {
    let Answer { value, now } = answer;
    let value = redis::from_redis_value(value).map_err(|_| CommandError::Malformed)?;
    Ok((value, now))
}
