//! The texts of all statements.

use sqlx::SqlStr;

/// The texts of the statements, for one table.
pub(crate) struct Texts {
    pub(super) load: SqlStr,
    pub(super) insert: SqlStr,
    pub(super) update: SqlStr,
    pub(super) update_with_indexes: SqlStr,
    pub(super) touch: SqlStr,
    pub(super) touch_with_index: SqlStr,
    pub(super) delete: SqlStr,
    pub(super) is_live: SqlStr,
    pub(super) delete_and_remember: SqlStr,
    pub(super) alive: SqlStr,
    pub(super) list: SqlStr,
    pub(super) delete_all: SqlStr,
    pub(super) revoke: SqlStr,
    pub(super) is_revoked: SqlStr,
    pub(super) make_room: SqlStr,
    pub(super) put_off: SqlStr,
    pub(super) sweep: SqlStr,
    pub(super) forget: SqlStr,
}
