//! Where a user is logged in, and a button to end each of it: the tabs there go dark.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use session_axum::{
    ClearSiteData, ErrorKind, Handle, Listed, Principal, Session, Sessions, require_session,
};
use session_examples::device::{ago, browser};

use crate::failure::Failure;
use crate::frame::Frame;
use crate::journal::Journal;
use crate::pages::{self, Device, Devices};
use crate::visitor::Visitor;

#[require_session(authenticated, or_redirect = "/login")]
pub(crate) async fn list(
    session: &mut Session<Visitor>,
    Principal(user): Principal<Visitor>,
    State(sessions): State<Sessions<Visitor>>,
    State(journal): State<Journal>,
) -> Result<Html<String>, Failure> {
    let devices = match sessions.list(&user).await {
        Ok(listed) => Some(listed.iter().map(|listed| device(listed, session)).collect()),
        // In sealed cookies: nobody has a list.
        Err(error) if matches!(error.kind(), ErrorKind::NotStored) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(pages::show(&Devices { frame: Frame::of(session, &journal), devices }))
}

fn device(listed: &Listed, session: &Session<Visitor>) -> Device {
    Device {
        handle: listed.handle,
        browser: browser(listed.label.as_deref()),
        created: ago(listed.created),
        seen: ago(listed.seen),
        is_this: listed.is(session),
    }
}

/// Ends one session. A handle is no secret: it must be one of the user's own.
#[require_session(authenticated)]
pub(crate) async fn end_one(
    session: &mut Session<Visitor>,
    Principal(user): Principal<Visitor>,
    State(sessions): State<Sessions<Visitor>>,
    Path(handle): Path<Handle>,
) -> Result<Redirect, Failure> {
    if !sessions.list(&user).await?.iter().any(|listed| listed.handle == handle) {
        return Err(Failure::Told(StatusCode::NOT_FOUND, "You are not logged in there."));
    }
    sessions.revoke(&handle).await?;
    session.notice = Some("That device is logged out.".to_owned());
    Ok(Redirect::to("/devices"))
}

#[require_session(authenticated)]
pub(crate) async fn end_others(
    session: &mut Session<Visitor>,
    State(sessions): State<Sessions<Visitor>>,
) -> Result<Redirect, Failure> {
    let ended = sessions.revoke_others(session).await?;
    session.notice = Some(format!("Other devices logged out: {ended}."));
    Ok(Redirect::to("/devices"))
}

#[require_session(authenticated)]
pub(crate) async fn end_all(
    session: &mut Session<Visitor>,
    Principal(user): Principal<Visitor>,
    State(sessions): State<Sessions<Visitor>>,
) -> Result<(ClearSiteData, Redirect), Failure> {
    sessions.revoke_all(&user).await?;
    session.destroy();
    session.notice = Some("You are logged out everywhere.".to_owned());
    Ok((ClearSiteData, Redirect::to("/")))
}
