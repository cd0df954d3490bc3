//! Sign up, log in, log out.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use session_axum::{ClearSiteData, ReturnTo, Session, require_session};

use crate::account::Account;
use crate::failure::Failure;
use crate::pages;
use crate::password::{Hasher, NewPassword, Password};
use crate::users::{Name, Users};

/// Where to go when this is done.
#[derive(serde::Deserialize)]
pub(crate) struct Way {
    #[serde(default)]
    pub(crate) next: ReturnTo,
}

/// What both forms hold.
#[derive(serde::Deserialize)]
pub(crate) struct Credentials {
    name: String,
    password: Password,
    /// A box, whose name is sent when it is checked.
    remember: Option<String>,
    #[serde(default)]
    next: ReturnTo,
}

pub(crate) async fn log_in_form(Query(Way { next }): Query<Way>) -> Html<String> {
    pages::show(&pages::LogIn { next: &next, name: "", problem: None })
}

#[require_session]
pub(crate) async fn log_in(
    session: &mut Session<Account>,
    State(users): State<Users>,
    State(hasher): State<Hasher>,
    Form(Credentials { name, password, remember, next }): Form<Credentials>,
) -> Result<Redirect, Failure> {
    let (user, hash) = users.find(&name).await?.unzip();
    let matches = hasher.matches(password, hash).await;
    let Some(user) = user.filter(|_| matches) else {
        let problem = Some("There is no such user, or this is not the password.");
        let form = pages::LogIn { next: &next, name: &name, problem };
        return Err(Failure::Form(StatusCode::UNAUTHORIZED, pages::show(&form)));
    };
    session.log_in(user);
    session.remember(remember.is_some());
    Ok(Redirect::to(&next))
}

pub(crate) async fn sign_up_form(Query(Way { next }): Query<Way>) -> Html<String> {
    pages::show(&pages::SignUp { next: &next, name: "", problem: None })
}

#[require_session]
pub(crate) async fn sign_up(
    session: &mut Session<Account>,
    State(users): State<Users>,
    State(hasher): State<Hasher>,
    Form(Credentials { name, password, remember, next }): Form<Credentials>,
) -> Result<Redirect, Failure> {
    let again = |problem| {
        let form = pages::SignUp { next: &next, name: &name, problem: Some(problem) };
        Failure::Form(StatusCode::UNPROCESSABLE_ENTITY, pages::show(&form))
    };
    let wanted = Name::new(&name)
        .ok_or_else(|| again("A name has 1 to 32 letters (a to z), digits, dots, dashes."))?;
    let password = NewPassword::new(password)
        .ok_or_else(|| again("A password has at least 15 characters, and at most 256 bytes."))?;
    let hash = hasher.hash(password).await;
    let user = users.add(&wanted, &hash).await?.ok_or_else(|| again("This name is taken."))?;
    session.log_in(user);
    session.remember(remember.is_some());
    Ok(Redirect::to(&next))
}

#[require_session]
pub(crate) async fn log_out(session: &mut Session<Account>) -> (ClearSiteData, Redirect) {
    session.destroy();
    (ClearSiteData, Redirect::to("/login"))
}
