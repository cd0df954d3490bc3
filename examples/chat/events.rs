//! The event stream: who is there.

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::{Stream, StreamExt as _};
use session_axum::require_session;

use crate::guest::Guest;
use crate::room::Room;

/// The session is read when the stream begins. `background`: a browser opens the stream again by itself when it has
/// lost it, and that is no use of the session.
#[require_session(authenticated, background)]
pub(crate) async fn who_is_there(
    _: &Guest,
    State(room): State<Room>,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>> + use<>> {
    let events = room.names().map(|names| Event::default().json_data(names));
    Sse::new(events).keep_alive(KeepAlive::default())
}
