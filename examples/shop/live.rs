//! What tells an open page that its session has ended.

use std::convert::Infallible;

use axum::http::StatusCode;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::{Stream, StreamExt as _, stream};
use session_axum::{EndReason, Session, require_session};

use crate::visitor::Visitor;

/// The stream is silent while the session lives. Its last event tells why the session has ended; a browser asks again, is refused,
/// and leaves it at that. `background`: as it asks by itself, that is no use of the session.
#[require_session(authenticated, background)]
pub(crate) async fn events(
    session: &Session<Visitor>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let live = session.live();
    let open = stream::once(async { Event::default().comment("open") });
    let silence = live.until_ended(stream::pending());
    let last = stream::once(async move { live.end_reason() }).filter_map(async |reason| {
        // A server that stops ends streams, and no session.
        let reason = reason.filter(|reason| *reason != EndReason::Shutdown)?;
        Some(Event::default().event("ended").data(reason.to_string()))
    });
    Sse::new(open.chain(silence).chain(last).map(Ok)).keep_alive(KeepAlive::default())
}

/// Whether the session is over: a page asks that has lost its stream.
#[require_session(authenticated, background)]
pub(crate) async fn here(_: &Visitor) -> StatusCode {
    StatusCode::NO_CONTENT
}
