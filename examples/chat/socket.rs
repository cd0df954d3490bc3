//! The WebSocket: what a guest says is counted in the session, and goes to everybody, as long as the session lives.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde::Serialize;
use session_axum::{EndReason, Error, ErrorKind, Live, Session, Sessions, require_session};
use tokio::select;
use tokio::time::timeout;

use crate::guest::Guest;
use crate::room::{Room, Seat};

/// In bytes: a longer message ends the socket.
const MAX_MESSAGE: usize = 4096;
/// How long a client has to answer that a socket is closed.
const FAREWELL: Duration = Duration::from_secs(3);

/// Without a log-in it is refused with 401, from another site with 403. `background`: the page opens the socket again by
/// itself when it has lost it.
#[require_session(authenticated, background)]
pub(crate) async fn open(
    session: &Session<Guest>,
    State(sessions): State<Sessions<Guest>>,
    State(room): State<Room>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let name = session.name().to_owned();
    let connection = Connection { live: session.live(), sessions };
    upgrade.max_message_size(MAX_MESSAGE).on_upgrade(async move |mut socket| {
        let mut seat = room.enter(&name);
        let talk = connection.talk(&mut socket, &mut seat);
        if let Err(reason) = connection.live.run(talk).await {
            _ = timeout(FAREWELL, close(socket, reason)).await;
        }
    })
}

/// An open socket, which outlives the request that opened it, and with it the borrow of the session.
struct Connection {
    live: Live,
    sessions: Sessions<Guest>,
}

/// What a guest is told of a message.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Told {
    /// How many there are now.
    Sent(u64),
    /// It was not sent: the sessions cannot be reached.
    Unsent,
}

impl Connection {
    /// Until the client leaves.
    async fn talk(&self, socket: &mut WebSocket, seat: &mut Seat) {
        loop {
            let told = select! {
                received = socket.recv() => match received {
                    Some(Ok(Message::Text(text))) => match self.count().await {
                        Ok(count) => {
                            seat.say(&text);
                            json(&Told::Sent(count))
                        }
                        Err(error) => {
                            tracing::warn!(error = &error as &dyn std::error::Error);
                            json(&Told::Unsent)
                        }
                    },
                    // It answers pings by itself, and nobody sends it bytes: no use of the session.
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_))) => continue,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                },
                heard = seat.hear() => json(&heard),
            };
            if socket.send(told).await.is_err() {
                return;
            }
        }
    }

    /// Counts a message in the session, and answers how many there are.
    ///
    /// The request was answered, and its session saved, when the socket opened: a `RequestSession` would answer `Saved`
    /// here. So this is a change from outside of a request: it runs again on what another socket has counted meanwhile.
    async fn count(&self) -> Result<u64, Error> {
        // Such a change is no use of the session. A message is one: the idle limit starts anew.
        self.live.used().await?;
        let handle = self.live.handle().ok_or(ErrorKind::Ended)?;
        let count = |guest: &mut Guest| {
            guest.sent += 1;
            guest.sent
        };
        self.sessions.update(&handle, count).await
    }
}

/// Says why, and waits until the client has read it.
async fn close(mut socket: WebSocket, reason: EndReason) {
    let frame = CloseFrame { code: reason.close_code(), reason: reason.to_string().into() };
    if socket.send(Message::Close(Some(frame))).await.is_ok() {
        while let Some(Ok(_)) = socket.recv().await {}
    }
}

fn json(told: &impl Serialize) -> Message {
    Message::text(serde_json::to_string(told).expect("texts and numbers are JSON"))
}
