//! Alive: which of many sessions are, in one statement.

use session_core::store::Liveness;
use session_core::{Handle, Now};
use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};

use super::prepared::Prepared;
use super::row::uuid;
use super::statement::Statement;
use super::timestamp::{Timestamptz, fixed_now};

/// Each handle is looked up by itself, whatever the planner takes the table for. No fields are
/// those of a session that was ended and is remembered; their length is known without reading
/// them.
pub(super) const SQL: &str = r#"
SELECT given.number, principal, :now, expires, absolute
FROM unnest($2::uuid[]) WITH ORDINALITY AS given (key, number) CROSS JOIN LATERAL (
    SELECT principal, expires, absolute FROM :"table"
    WHERE handle = given.key AND expires > :now AND octet_length(fields) > 0 LIMIT 1
) AS found WHERE :writable"#;

pub(crate) struct Alive {
    pub(crate) handles: Box<[Handle]>,
    pub(crate) now: Now,
}

impl Statement for Alive {
    type Answer = Vec<Option<Liveness>>;

    const IDEMPOTENT: bool = true;
    const READ_ONLY: bool = true;

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let handles: Vec<_> = self.handles.iter().copied().map(uuid).collect();
        let query = sql.query().bind(fixed_now(self.now)).bind(handles);
        let mut alive = vec![None; self.handles.len()];
        for row in query.fetch_all(connection).await? {
            let number = usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0);
            if let Some(answer) = alive.get_mut(number.wrapping_sub(1)) {
                *answer = Some(liveness(&row)?);
            }
        }
        Ok(alive)
    }
}

fn liveness(row: &PgRow) -> sqlx::Result<Liveness> {
    let time = |column: usize| row.try_get(column).map(|Timestamptz(time)| time);
    Ok(Liveness::new(row.try_get(1)?, time(2)?, time(3)?, time(4)?))
}
