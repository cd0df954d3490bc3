//! Alive: which of many sessions are, in one statement.

use session_core::store::Liveness;
use session_core::{Handle, Now, Timestamp};
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

use super::row::undecodable;
use super::statement::Statement;
use super::texts::Texts;

/// The handles are one blob, of any number of them: an argument for each would be limited.
///
/// No fields are those of a session that was ended and is remembered; their length is known
/// without reading them.
pub(super) const SQL: &str = r#"
WITH RECURSIVE asked (place) AS (
    SELECT 0 UNION ALL SELECT place + 1 FROM asked WHERE (place + 1) * 16 < length(?1)
)
SELECT asked.place, principal, expires, absolute
FROM asked CROSS JOIN :"table" ON handle = substr(?1, asked.place * 16 + 1, 16)
WHERE expires > ?2 AND length(fields) > 0"#;

pub(crate) struct Alive {
    pub(crate) handles: Box<[Handle]>,
    pub(crate) now: Now,
}

impl Statement for Alive {
    type Answer = Vec<Option<Liveness>>;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine();
        let handles: Vec<u8> = self.handles.iter().flat_map(Handle::as_bytes).copied().collect();
        let query = sqlx::query(texts.alive.clone()).bind(handles).bind(now.micros());
        let mut alive = vec![None; self.handles.len()];
        for row in query.fetch_all(connection).await? {
            let place = usize::try_from(row.try_get::<i64, _>(0)?).map_err(undecodable)?;
            let time = |column: usize| row.try_get(column).map(Timestamp::from_micros);
            let liveness = Liveness::new(row.try_get(1)?, now, time(2)?, time(3)?);
            alive[place] = Some(liveness);
        }
        Ok(alive)
    }
}
