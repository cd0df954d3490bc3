//! Update of the principal: the next revision of a record that goes to somebody or to nobody, only
//! if it is at the expected one.

use session_core::store::Updated;
use sqlx::postgres::PgConnection;

use super::claims::Claims;
use super::prepared::Prepared;
use super::statement::{MAX_CALLS, Statement, column};
use super::update::Update;

pub(super) const SINGLE: &str = r#"
UPDATE :"table" SET
    revision = revision + 1,
    digest = $4,
    principal = $5,
    fields = $6,
    persistent = $7,
    authenticated = CASE WHEN $5::text IS NOT NULL THEN authenticated END,
    seen = CASE WHEN $8::interval IS NULL THEN seen ELSE :now END,
    expires = CASE WHEN $8::interval IS NULL THEN expires ELSE least(:now + $8, absolute) END,
    sweep_at = least(sweep_at, :now + $8)
WHERE handle = $2 AND revision = $3 AND expires > :now
RETURNING :when"#;

/// The rows are locked in one order before the first is changed, so that two batches never wait
/// for each other.
pub(super) const BATCH: &str = r#"
WITH theirs AS MATERIALIZED (
    SELECT FROM :"table" WHERE handle = ANY ($2) ORDER BY handle FOR NO KEY UPDATE
)
UPDATE :"table" AS s SET
    revision = s.revision + 1,
    digest = item.digest,
    principal = item.principal,
    fields = item.fields,
    persistent = item.persistent,
    authenticated = CASE WHEN item.principal IS NOT NULL THEN s.authenticated END,
    seen = CASE WHEN item.idle IS NULL THEN s.seen ELSE item.now END,
    expires = CASE
        WHEN item.idle IS NULL THEN s.expires
        ELSE least(item.now + item.idle, s.absolute)
    END,
    sweep_at = least(s.sweep_at, item.now + item.idle)
FROM (
    SELECT coalesce(moment, now()) AS now, given.*
    FROM unnest(
        $1::timestamptz[], $2::uuid[], $3::bigint[], $4::bytea[], $5::text[], $6::bytea[],
        $7::boolean[], $8::interval[]
    ) AS given (moment, key, expected, digest, principal, fields, persistent, idle)
) AS item
WHERE (SELECT count(*) FROM theirs) > 0
    AND s.handle = item.key AND s.revision = item.expected AND s.expires > item.now
RETURNING item.now, s.created, s.authenticated, s.seen, s.expires, s.absolute, s.handle"#;

pub(crate) struct UpdatePrincipal(pub(crate) Update);

impl Statement for UpdatePrincipal {
    /// None if the record is not there at the expected revision.
    type Answer = Option<Updated>;

    const IDEMPOTENT: bool = false;
    const MAX_BATCH: usize = MAX_CALLS;

    fn claim(&self, claims: &mut Claims) -> bool {
        self.0.claim(claims)
    }

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        self.0.run(connection, sql).await
    }

    async fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        Update::run_batch(&column(batch, |it| &it.0), connection, sql).await
    }
}
