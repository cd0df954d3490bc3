//! The diagnosis: why a statement misses something, by a look at the table.

use std::sync::Arc;
use std::time::Duration;

use session_core::StoreError;
use session_core::store::in_real_time;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::connection::{Rejected, Server};
use super::sql::{MIGRATIONS, Schema, Table, Whereabouts, applied, renaming};
use crate::not_migrated::{NotMigrated, Reason};
use crate::version::Applied;

/// No right to do that.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// A table that every request misses is looked at no more often than this.
const INTERVAL: Duration = Duration::from_secs(1);

/// What was found last, and when. Whoever comes while somebody looks waits for what he finds.
#[derive(Default)]
pub(super) struct Diagnosis(Mutex<Option<(Instant, Arc<Finding>)>>);

/// How it stands with the table.
enum Finding {
    NotFound(Whereabouts),
    Older(i64),
    /// A newer release has migrated it, and this one does not work with it.
    Newer(Applied),
    /// Its functions name another schema.
    Renamed,
    /// It is as it should be: what is missing is something else.
    InOrder,
}

impl Diagnosis {
    /// The error with the cause that a look at the table shows, if it may lie there.
    pub(super) async fn of(
        &self,
        error: StoreError,
        server: &Server,
        table: &Table,
        deadline: Instant,
    ) -> StoreError {
        let StoreError::Failed(cause) = error else { return error };
        let cause = match cause.downcast::<Rejected>() {
            Ok(rejected) if rejected.code() == INSUFFICIENT_PRIVILEGE => {
                return StoreError::failed(MissingRight::new(table, *rejected));
            }
            Ok(rejected) => return StoreError::Failed(rejected),
            Err(cause) => cause,
        };
        let source = match cause.downcast::<NotMigrated>() {
            Ok(not_migrated) => not_migrated.source,
            Err(cause) => return StoreError::Failed(cause),
        };
        // Who cannot look knows what the server said, and no cure.
        let finding = self.find(server, table, deadline).await;
        match finding.as_deref().unwrap_or(&Finding::InOrder) {
            Finding::NotFound(whereabouts) => not_found(whereabouts, table, source),
            Finding::Older(found) => {
                let reason = Reason::Older { found: *found, known: MIGRATIONS.latest() };
                not_migrated(table, reason, source)
            }
            Finding::Newer(applied) => match MIGRATIONS.newer(*applied, table) {
                Some(newer) => StoreError::failed(newer),
                None => rejected(source),
            },
            Finding::Renamed => not_migrated(table, Reason::Renamed, source),
            Finding::InOrder => rejected(source),
        }
    }

    async fn find(
        &self,
        server: &Server,
        table: &Table,
        deadline: Instant,
    ) -> Option<Arc<Finding>> {
        let look = async {
            let mut last = self.0.lock().await;
            if let Some((at, finding)) = &*last
                && at.elapsed() < INTERVAL
            {
                return Some(Arc::clone(finding));
            }
            let finding = Arc::new(look(server, table).await?);
            *last = Some((Instant::now(), Arc::clone(&finding)));
            Some(finding)
        };
        let limit = deadline.saturating_duration_since(Instant::now());
        timeout_at(deadline, in_real_time(limit, look)).await.ok()?
    }
}

/// On a connection of its own, which sees the table as those of the workers do.
async fn look(server: &Server, table: &Table) -> Option<Finding> {
    let mut connection = server.open().await.ok()?;
    let finding = find(table, &mut connection).await.ok()?;
    connection.close().await.ok();
    Some(finding)
}

/// In one transaction, so that a pooler keeps to one connection.
async fn find(table: &Table, connection: &mut PgConnection) -> sqlx::Result<Finding> {
    let mut transaction = connection.begin().await?;
    let whereabouts = Whereabouts::of(table, &mut transaction).await?;
    let finding = if whereabouts.is_found {
        let applied = applied(&mut transaction, table).await?;
        let is_renamed = !renaming(&mut transaction, table).await?.is_empty();
        if MIGRATIONS.newer(applied, table).is_some() {
            Finding::Newer(applied)
        } else if applied.version < MIGRATIONS.latest() {
            Finding::Older(applied.version)
        } else if is_renamed {
            Finding::Renamed
        } else {
            Finding::InOrder
        }
    } else {
        Finding::NotFound(whereabouts)
    };
    transaction.rollback().await?;
    Ok(finding)
}

fn not_found(whereabouts: &Whereabouts, table: &Table, source: Arc<sqlx::Error>) -> StoreError {
    let Whereabouts { role, search_path, elsewhere, .. } = whereabouts;
    if elsewhere.is_empty() {
        return not_migrated(table, Reason::Missing, source);
    }
    let schemas = elsewhere.iter().map(Schema::to_string).collect::<Vec<_>>().join(", ");
    if table.schema().is_some() {
        return not_migrated(table, Reason::MissingHere(schemas), source);
    }
    let (table, role, search_path) = (table.to_string(), role.clone(), search_path.clone());
    StoreError::failed(TableElsewhere { table, role, search_path, schemas, source })
}

fn not_migrated(table: &Table, reason: Reason, source: Arc<sqlx::Error>) -> StoreError {
    StoreError::failed(NotMigrated { table: table.to_string(), reason, source })
}

/// What the server said, and nothing else.
fn rejected(source: Arc<sqlx::Error>) -> StoreError {
    match Rejected::of(&source) {
        Some(rejected) => StoreError::failed(rejected),
        None => StoreError::failed(source),
    }
}

/// The table lies in a schema in which it is not looked for: the source of a [`StoreError::Failed`].
#[derive(thiserror::Error)]
#[error(
    "there is no table {table} in the search path of the role {role} ({search_path}), but there is \
     one in {schemas}: name the schema with `schema(…)`, or set the role's `search_path`"
)]
pub struct TableElsewhere {
    table: String,
    role: String,
    search_path: String,
    schemas: String,
    source: Arc<sqlx::Error>,
}

/// The role lacks a right: the source of a [`StoreError::Failed`].
#[derive(thiserror::Error)]
#[error(
    "the program's role lacks a right; it needs USAGE on the schema, SELECT, INSERT, UPDATE and DELETE \
     on {table} and {revocations}, SELECT on {versions}, and EXECUTE on their functions: GRANT it, or \
     connect as another role"
)]
pub struct MissingRight {
    table: String,
    revocations: String,
    versions: String,
    source: Rejected,
}

impl MissingRight {
    fn new(table: &Table, source: Rejected) -> Self {
        Self {
            table: table.to_string(),
            revocations: table.render(r#":"revocations""#),
            versions: table.render(r#":"versions""#),
            source,
        }
    }
}

session_core::debug_in_words!(TableElsewhere, MissingRight);
