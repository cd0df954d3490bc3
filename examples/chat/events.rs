//! The event stream: what is heard in the room, for whoever only watches.

use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::{Stream, StreamExt as _};
use session_axum::{Session, require_session};

use crate::guest::Guest;
use crate::room::Room;

/// After how long a browser asks again that has lost its stream.
const RETRY: Duration = Duration::from_secs(1);

/// The stream ends with the session; a browser asks again, is refused, and leaves it at that. `background`: as it asks by
/// itself, that is no use of the session.
#[require_session(authenticated, background)]
pub(crate) async fn listen(
    session: &Session<Guest>,
    State(room): State<Room>,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>> + use<>> {
    let events = room.listen().stream().map(|heard| Event::default().retry(RETRY).json_data(heard));
    Sse::new(session.live().until_ended(events)).keep_alive(KeepAlive::default())
}
