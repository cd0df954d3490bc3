//! A statement: one operation of the store with its arguments.

use std::future::Future;

use session_core::Handle;
use sqlx::postgres::PgConnection;

use super::claims::Claims;
use super::prepared::Prepared;

/// How many calls travel in one batch at most, since what comes behind a batch waits for all of it.
pub(super) const MAX_CALLS: usize = 128;

/// One operation with its arguments.
pub(crate) trait Statement: Send + Sync + Sized + 'static {
    /// What it answers.
    type Answer: Send + 'static;

    /// Whether a second run gives the same answer and leaves the same state, so that it may be
    /// tried again when nobody knows whether the first one happened.
    const IDEMPOTENT: bool;

    /// Whether it waits for no row that somebody has locked.
    const READ_ONLY: bool = false;

    /// How many of them may travel in one batch.
    const MAX_BATCH: usize = 1;

    /// Claims what no other call of its batch may have. False if another has it: then it cannot
    /// travel in this batch.
    fn claim(&self, _claims: &mut Claims) -> bool {
        true
    }

    /// Runs it, once.
    fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> impl Future<Output = sqlx::Result<Self::Answer>> + Send;

    /// Runs more than one at once, all or none of them, and answers in their order.
    fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> impl Future<Output = sqlx::Result<Vec<Self::Answer>>> + Send {
        _ = (batch, connection, sql);
        async { unreachable!("there is no batch of what does not travel together") }
    }
}

/// The statements of a batch in the order of their handles: `:item` finds the values of a row by it.
pub(super) fn in_order<'a, S>(batch: &[&'a S], handle: impl Fn(&S) -> Handle) -> Vec<&'a S> {
    let mut sorted = batch.to_vec();
    sorted.sort_unstable_by_key(|it| *handle(it).as_bytes());
    sorted
}

/// One value of each statement, for an array.
pub(super) fn column<'a, S, T>(batch: &[&'a S], value: impl FnMut(&'a S) -> T) -> Vec<T> {
    batch.iter().copied().map(value).collect()
}
