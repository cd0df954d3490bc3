//! The health of a store: whether its file and table are right, and what is worth a warning.

use session_core::StoreError;
use session_core::store::{Health, in_real_time};
use sqlx::Connection as _;
use tokio::time::{Instant, sleep, timeout};

use super::batch::Shared;
use super::connection::{RETRY_INTERVAL, is_locked, wal_length};
use super::sql::{MIGRATIONS, applied};
use crate::version::Applied;

/// The log is shortened past 16 MiB, unless somebody reads from it all the time.
const MAX_WAL_BYTES: u64 = 64 << 20;

/// An error if no session can be read or written: the file is gone, the table missing, older or too new.
pub(super) async fn health(shared: &Shared) -> Result<Health, StoreError> {
    let Shared { file, table, .. } = shared;
    file.check_in_place().map_err(StoreError::failed)?;
    let limit = file.deadline();
    let found = timeout(limit, in_real_time(limit, look(shared)));
    let found = found.await.map_err(|_| StoreError::Deadline(limit))??;
    let mut health = Health::default();
    if let Some(error) = MIGRATIONS.newer(found, table) {
        return Err(StoreError::failed(error));
    }
    let known = MIGRATIONS.latest();
    if found.version > known {
        health.warn(format!(
            "a newer release has migrated the table {table} to version {}; this one knows version {known}, and works with \
             it as well",
            found.version
        ));
    }
    let bytes = wal_length(file);
    if bytes > MAX_WAL_BYTES {
        health.warn(format!(
            "the write-ahead log of {} has {} MiB: another program reads from it all the time, or has not ended a \
             transaction",
            file.path().display(),
            bytes >> 20
        ));
    }
    Ok(health)
}

/// The version of the table, on a connection of its own.
async fn look(shared: &Shared) -> Result<Applied, StoreError> {
    let deadline = Instant::now() + shared.file.deadline();
    loop {
        let attempt = async {
            let mut connection = shared.file.open_to_read().await?;
            let found = applied(&mut connection, &shared.table).await?;
            connection.close().await?;
            Ok(found)
        };
        match attempt.await {
            Err(error) if is_locked(&error) && Instant::now() < deadline => {
                sleep(RETRY_INTERVAL).await;
            }
            found => return found.map_err(StoreError::failed),
        }
    }
}
