//! What the shop remembers of a visitor.

use session_axum::session;

/// What the shop remembers of a visitor.
#[session]
#[derive(Debug)]
pub struct Shop {
    /// Who is logged in.
    #[session(principal)]
    pub user: Option<String>,
    /// What they want to buy.
    #[session(merge = append)]
    pub cart: Vec<String>,
}
