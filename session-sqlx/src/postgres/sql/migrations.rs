//! The migrations of the table, in order.

use crate::version::Migrations;

/// The first one makes version 1.
pub(crate) const MIGRATIONS: Migrations<Migration> = Migrations(&[
    Migration { oldest: 1, sql: include_str!("../../../migrations/postgres/0001_sessions.sql") },
    Migration { oldest: 1, sql: include_str!("../../../migrations/postgres/0002_log_ins.sql") },
    Migration {
        oldest: 2,
        sql: include_str!("../../../migrations/postgres/0003_faster_log_ins.sql"),
    },
    Migration { oldest: 3, sql: include_str!("../../../migrations/postgres/0004_pages.sql") },
    Migration { oldest: 4, sql: include_str!("../../../migrations/postgres/0005_endings.sql") },
]);

/// One migration.
pub(crate) struct Migration {
    /// The oldest version of a program that works with the table after it.
    pub(crate) oldest: i32,
    pub(crate) sql: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_migration_lets_in_what_one_before_it_shut_out() {
        assert!(MIGRATIONS.0.is_sorted_by_key(|migration| migration.oldest));
        for (version, migration) in (1..).zip(MIGRATIONS.0) {
            assert!((1..=version).contains(&migration.oldest), "{version}");
        }
    }
}
