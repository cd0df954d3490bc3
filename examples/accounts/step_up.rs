//! What asks for the password again: the question, and the change of password that needs it.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use session_axum::{Principal, ReturnTo, Session, Sessions, require_session};

use crate::account::Account;
use crate::failure::Failure;
use crate::pages;
use crate::password::{Hasher, NewPassword, Password};
use crate::sign_in::Way;
use crate::users::Users;

#[derive(serde::Deserialize)]
pub(crate) struct Confirmation {
    password: Password,
    #[serde(default)]
    next: ReturnTo,
}

#[require_session(authenticated, or_redirect = "/login")]
pub(crate) async fn confirm_form(
    _account: &Account,
    Principal(user): Principal<Account>,
    State(users): State<Users>,
    Query(Way { next }): Query<Way>,
) -> Result<Html<String>, Failure> {
    let has_password = users.get(user).await?.hash.is_some();
    Ok(pages::show(&pages::Confirm { next: &next, has_password, problem: None }))
}

#[require_session(authenticated)]
pub(crate) async fn confirm(
    session: &mut Session<Account>,
    Principal(user): Principal<Account>,
    State(users): State<Users>,
    State(hasher): State<Hasher>,
    Form(Confirmation { password, next }): Form<Confirmation>,
) -> Result<Redirect, Failure> {
    let hash = users.get(user).await?.hash;
    let has_password = hash.is_some();
    if !hasher.matches(password, hash).await {
        let problem = Some("This is not your password.");
        let form = pages::Confirm { next: &next, has_password, problem };
        return Err(Failure::Form(StatusCode::UNAUTHORIZED, pages::show(&form)));
    }
    session.log_in(user);
    Ok(Redirect::to(&next))
}

#[derive(serde::Deserialize)]
pub(crate) struct Change {
    password: Password,
}

#[require_session(fresh = "10m", or_redirect = "/confirm")]
pub(crate) async fn password_form(_account: &Account) -> Html<String> {
    pages::show(&pages::Password { problem: None })
}

/// The new password is stored first: whoever still logs in with the old one is then among those who are logged out.
#[require_session(fresh = "10m", or_redirect = "/confirm")]
pub(crate) async fn change_password(
    session: &mut Session<Account>,
    Principal(user): Principal<Account>,
    State(sessions): State<Sessions<Account>>,
    State(users): State<Users>,
    State(hasher): State<Hasher>,
    Form(Change { password }): Form<Change>,
) -> Result<Redirect, Failure> {
    let Some(password) = NewPassword::new(password) else {
        let problem = Some("A password has at least 15 characters, and at most 256 bytes.");
        let form = pages::show(&pages::Password { problem });
        return Err(Failure::Form(StatusCode::UNPROCESSABLE_ENTITY, form));
    };
    let hash = hasher.hash(password).await;
    users.change_password(user, &hash).await?;
    let others = sessions.revoke_others(session).await?;
    session.log_in(user);
    session.notice = Some(format!("Your password is changed. Other devices logged out: {others}."));
    Ok(Redirect::to("/devices"))
}
