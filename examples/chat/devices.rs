//! Where a guest is logged in, and a button to end each of it: what is open there ends with it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use session_axum::{Error, Handle, Principal, Session, Sessions, require_session};
use session_examples::device::{ago, browser};

use crate::guest::Guest;
use crate::pages::{self, Device, Devices};

#[require_session(authenticated, or_redirect = "/login")]
pub(crate) async fn list(
    session: &mut Session<Guest>,
    Principal(name): Principal<Guest>,
    State(sessions): State<Sessions<Guest>>,
) -> Result<Html<String>, Error> {
    let listed = sessions.list(&name).await?;
    let devices = listed.iter().map(|listed| Device {
        handle: listed.handle,
        browser: browser(listed.label.as_deref()),
        seen: ago(listed.seen),
        is_this: listed.is(session),
    });
    let list = devices.collect();
    Ok(pages::show(&Devices { name: &name, list, notice: session.notice.take() }))
}

/// Ends one session. A handle is no secret: it must be one of the guest's own.
#[require_session(authenticated)]
pub(crate) async fn end_one(
    session: &mut Session<Guest>,
    Principal(name): Principal<Guest>,
    State(sessions): State<Sessions<Guest>>,
    Path(handle): Path<Handle>,
) -> Result<Response, Error> {
    if !sessions.list(&name).await?.iter().any(|listed| listed.handle == handle) {
        let answer = pages::message("You are not logged in there.");
        return Ok((StatusCode::NOT_FOUND, answer).into_response());
    }
    sessions.revoke(&handle).await?;
    session.notice = Some("That device is logged out.".to_owned());
    Ok(Redirect::to("/devices").into_response())
}

#[require_session(authenticated)]
pub(crate) async fn end_others(
    session: &mut Session<Guest>,
    State(sessions): State<Sessions<Guest>>,
) -> Result<Redirect, Error> {
    let ended = sessions.revoke_others(session).await?;
    session.notice = Some(format!("Other devices logged out: {ended}."));
    Ok(Redirect::to("/devices"))
}
