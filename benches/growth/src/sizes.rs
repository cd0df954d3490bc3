//! How many bytes a row takes up, in the table and in each index.

use sqlx::Row as _;

use crate::database::Database;
use report::float;

/// Bytes per row.
#[derive(Clone, Debug)]
pub(crate) struct Sizes {
    pub(crate) rows: f64,
    /// What a row is, header and all.
    pub(crate) row: Option<f64>,
    pub(crate) heap: f64,
    /// Each with its name.
    pub(crate) indexes: Vec<(String, f64)>,
    /// With all that belongs to the table.
    pub(crate) total: f64,
}

/// Those of the sessions of this database.
pub(crate) async fn of(database: &Database<'_>) -> Sizes {
    let [rows, heap, total] = database
        .numbers(
            "SELECT count(*)::float8, pg_table_size('sessions')::float8, pg_total_relation_size('sessions')::float8
             FROM sessions",
        )
        .await;
    let sql = "SELECT indexrelid::regclass::text, pg_relation_size(indexrelid)::float8
               FROM pg_index WHERE indrelid = 'sessions'::regclass ORDER BY 1";
    let indexes = sqlx::query(sql).fetch_all(&mut database.connect().await).await;
    let indexes = indexes.expect("the table is there");
    let indexes = indexes.iter().map(|row| (row.get(0), row.get::<f64, _>(1) / rows)).collect();
    Sizes { rows, row: row_size(database).await, heap: heap / rows, indexes, total: total / rows }
}

/// If the server has the extension that tells.
async fn row_size(database: &Database<'_>) -> Option<f64> {
    if !database.extend("pgstattuple").await {
        return None;
    }
    let sql = "SELECT (approx_tuple_len / approx_tuple_count)::float8 FROM pgstattuple_approx('sessions')";
    let [size] = database.numbers(sql).await;
    Some(size)
}

/// A number as one says it.
pub(crate) fn words(number: u64) -> String {
    match number {
        1_000_000.. if number.is_multiple_of(1_000_000) => {
            format!("{} million", number / 1_000_000)
        }
        1000.. if number.is_multiple_of(1000) => format!("{} thousand", number / 1000),
        _ => number.to_string(),
    }
}

/// A size as one says it.
pub(crate) fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / float(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_one_says_them() {
        let said = [10_000, 1_000_000, 2_000_000, 1500, 7].map(words);
        assert_eq!(said, ["10 thousand", "1 million", "2 million", "1500", "7"]);
        assert_eq!(megabytes(1_572_864.0), "1.5 MB");
    }
}
