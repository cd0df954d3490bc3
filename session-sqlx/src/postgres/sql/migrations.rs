//! The migrations of the table, in order.

use crate::version::Migrations;

/// The first one makes version 1.
pub(crate) const MIGRATIONS: Migrations<&str> = Migrations(&[
    include_str!("../../../migrations/postgres/0001_sessions.sql"),
    include_str!("../../../migrations/postgres/0002_log_ins.sql"),
    include_str!("../../../migrations/postgres/0003_faster_log_ins.sql"),
]);
