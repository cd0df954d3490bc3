//! Where a user is logged in, and a button to end each of it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use session_axum::{ClearSiteData, Handle, Listed, Principal, Session, Sessions, require_session};
use session_examples::device::{ago, browser};

use crate::account::Account;
use crate::failure::Failure;
use crate::pages;

#[derive(Template)]
#[template(path = "accounts/devices.html")]
struct Devices {
    devices: Vec<Device>,
    notice: Option<String>,
}

/// A line of the list.
struct Device {
    handle: Handle,
    name: String,
    created: String,
    seen: String,
    is_this: bool,
}

#[require_session(authenticated, or_redirect = "/login")]
pub(crate) async fn list(
    session: &mut Session<Account>,
    Principal(user): Principal<Account>,
    State(sessions): State<Sessions<Account>>,
) -> Result<Html<String>, Failure> {
    let listed = sessions.list(&user).await?;
    let devices = listed.iter().map(|listed| Device::new(listed, session)).collect();
    Ok(pages::show(&Devices { devices, notice: session.notice.take() }))
}

/// Ends one session. A handle is no secret: it must be one of the user's own.
#[require_session(authenticated)]
pub(crate) async fn end_one(
    session: &mut Session<Account>,
    Principal(user): Principal<Account>,
    State(sessions): State<Sessions<Account>>,
    Path(handle): Path<Handle>,
) -> Result<Redirect, Failure> {
    if session.handle() == Some(handle) {
        session.destroy();
        return Ok(Redirect::to("/login"));
    }
    if !sessions.list(&user).await?.iter().any(|listed| listed.handle == handle) {
        return Err(Failure::Told(StatusCode::NOT_FOUND, "You are not logged in there."));
    }
    sessions.revoke(&handle).await?;
    session.notice = Some("That device is logged out.".to_owned());
    Ok(Redirect::to("/devices"))
}

#[require_session(authenticated)]
pub(crate) async fn end_others(
    session: &mut Session<Account>,
    State(sessions): State<Sessions<Account>>,
) -> Result<Redirect, Failure> {
    let ended = sessions.revoke_others(session).await?;
    session.notice = Some(format!("Other devices logged out: {ended}."));
    Ok(Redirect::to("/devices"))
}

#[require_session(authenticated)]
pub(crate) async fn end_all(
    session: &mut Session<Account>,
    Principal(user): Principal<Account>,
    State(sessions): State<Sessions<Account>>,
) -> Result<(ClearSiteData, Redirect), Failure> {
    sessions.revoke_all(&user).await?;
    session.destroy();
    Ok((ClearSiteData, Redirect::to("/login")))
}

impl Device {
    fn new(listed: &Listed, session: &Session<Account>) -> Self {
        Self {
            is_this: listed.is(session),
            handle: listed.handle,
            created: ago(listed.created),
            seen: ago(listed.seen),
            name: browser(listed.label.as_deref()),
        }
    }
}
