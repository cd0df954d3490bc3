//! What the shop remembers of a visitor.

use session_axum::session;

/// What the shop remembers of a visitor.
#[session]
#[derive(Debug)]
pub struct Shop {
    /// Who is logged in.
    #[session(principal)]
    pub user: Option<String>,
    /// How often they were here.
    #[session(merge = sum)]
    pub visits: u64,
    /// How often a wrong password was tried.
    #[session(merge = sum)]
    pub failed_log_ins: u64,
}
