//! What a session remembers, and the page of whoever is logged in.

use axum::extract::State;
use axum::response::Html;
use session_axum::{Principal, require_session, session};

use crate::failure::Failure;
use crate::flow::Flow;
use crate::pages;
use crate::users::{UserId, Users};

/// What a session remembers of a visitor.
#[session]
pub(crate) struct Account {
    #[session(principal)]
    user: Option<UserId>,
    /// The log-in at the provider that is under way.
    pub(crate) flow: Option<Flow>,
    /// A message for the next page, which takes it.
    pub(crate) notice: Option<String>,
}

#[require_session(authenticated, or_redirect = "/login")]
pub(crate) async fn home(
    account: &mut Account,
    Principal(user): Principal<Account>,
    State(users): State<Users>,
) -> Result<Html<String>, Failure> {
    let user = users.get(user).await?;
    let notice = account.notice.take();
    Ok(pages::show(&pages::Home { name: &user.name, has_password: user.hash.is_some(), notice }))
}
