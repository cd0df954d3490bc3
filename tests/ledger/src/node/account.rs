//! The session of the application: what people change in it, each field with another way to merge.

use session_axum::session;

use crate::page::Page;

/// A person's session.
#[session(name = "ledger")]
pub(crate) struct Account {
    /// Who is logged in.
    #[session(principal)]
    pub user: Option<u64>,
    /// How often something was counted.
    #[session(merge = sum)]
    pub visits: u64,
    /// How many notes there are: changed together with them.
    #[session(merge = sum)]
    pub count: u64,
    /// The notes.
    #[session(merge = append)]
    pub notes: Vec<u64>,
    /// What was chosen last.
    pub choice: u64,
}

impl From<&Account> for Page {
    fn from(account: &Account) -> Self {
        Self {
            user: account.user,
            visits: account.visits,
            count: account.count,
            choice: account.choice,
            notes: account.notes.clone(),
        }
    }
}
