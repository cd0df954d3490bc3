//! The WebSocket: what a guest says is counted in the session, and goes to everybody.

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use session_axum::{Error, ErrorKind, Handle, Session, Sessions, require_session};
use tokio::select;

use crate::guest::Guest;
use crate::pages::LOGGED_OUT;
use crate::room::{Room, Said, Seat};

/// In bytes: a longer message ends the socket.
const MESSAGE: usize = 4096;

/// The session is read once, at the upgrade: without a log-in it is refused with 401, from another site with 403.
/// `background`: the page opens the socket again by itself when it has lost it.
#[require_session(authenticated, background)]
pub(crate) async fn open(
    session: &Session<Guest>,
    State(sessions): State<Sessions<Guest>>,
    State(room): State<Room>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let guest = session.handle().zip(session.name.clone());
    let (handle, name) = guest.expect("who is logged in has a stored session");
    let connection = Connection { sessions, handle, name };
    upgrade.max_message_size(MESSAGE).on_upgrade(async move |socket| {
        let seat = room.enter(&connection.name);
        connection.run(socket, seat).await;
    })
}

/// An open socket. It outlives the request that opened it, and with it the borrow of the session: what is left is the
/// session's handle.
struct Connection {
    sessions: Sessions<Guest>,
    handle: Handle,
    name: String,
}

/// What the page is told.
#[derive(serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum Told<'a> {
    Said {
        name: &'a str,
        text: &'a str,
    },
    /// How many messages this guest has sent.
    Sent(u64),
    /// The message was not sent: the sessions cannot be reached.
    Unsent,
}

impl Connection {
    async fn run(&self, mut socket: WebSocket, mut seat: Seat) {
        loop {
            let told = select! {
                received = socket.recv() => match received {
                    Some(Ok(Message::Text(text))) => match self.count().await {
                        Ok(Some(count)) => {
                            seat.say(&text);
                            message(&Told::Sent(count))
                        }
                        Ok(None) => logged_out(),
                        Err(error) => {
                            tracing::error!(error = &error as &dyn std::error::Error);
                            message(&Told::Unsent)
                        }
                    },
                    // It answers pings by itself, and nobody sends it bytes.
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_))) => continue,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                },
                Said { name, text } = seat.hear() => {
                    message(&Told::Said { name: &name, text: &text })
                }
            };
            let ends = matches!(told, Message::Close(_));
            if socket.send(told).await.is_err() || ends {
                return;
            }
        }
    }

    /// Counts a message in the session, and answers how many there are; none if the session is over, or somebody
    /// else's.
    ///
    /// The request was answered, and its session saved, when the socket opened: a `RequestSession` would answer `Saved`
    /// here. So this is a change from outside of a request: it runs again on what another socket has counted meanwhile.
    /// Between messages nothing looks whether the session is over: until its next message the socket hears what is said.
    async fn count(&self) -> Result<Option<u64>, Error> {
        // A change from outside is no use of the session. A message is one: the idle limit starts anew.
        if !self.sessions.touch(&self.handle).await? {
            return Ok(None);
        }
        let name = self.name.clone();
        let counted = self.sessions.update(&self.handle, move |guest| {
            if guest.name.as_ref() != Some(&name) {
                return None;
            }
            guest.sent += 1;
            Some(guest.sent)
        });
        match counted.await {
            Err(error) if matches!(error.kind(), ErrorKind::Ended) => Ok(None),
            counted => counted,
        }
    }
}

fn message(told: &Told<'_>) -> Message {
    Message::text(serde_json::to_string(told).expect("texts and numbers are JSON"))
}

fn logged_out() -> Message {
    Message::Close(Some(CloseFrame { code: LOGGED_OUT, reason: "the session is over".into() }))
}
