//! A shop for browsers and for programs: the same handlers and sessions, by cookie and by bearer token.
//!
//! ```sh
//! cargo run --example bearer
//! token=$(curl -s --json '{"user": "ann", "password": "secret"}' localhost:3000/api/login | cut -d '"' -f 4)
//! curl -s -H "Authorization: Bearer $token" -d tea localhost:3000/cart
//! ```

#[cfg(test)]
mod tests;

use axum::extract::FromRef;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde::{Deserialize, Serialize};
use session_axum::{
    BearerToken, Builder, Error, ErrorKind, MemoryStore, Session, SessionCookie, Sessions,
    require_session, session,
};
use session_examples::address::Address;
use session_examples::command_line::Failure;

/// What the shop remembers, of browsers and of programs.
#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    #[session(merge = append)]
    cart: Vec<String>,
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

#[derive(Deserialize)]
struct Credentials {
    user: String,
    password: String,
}

#[derive(Serialize)]
struct LoggedIn {
    token: BearerToken,
}

/// Why nobody logs in.
enum Denied {
    /// The password is another.
    WrongPassword,
    Session(Error),
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        match self {
            Self::WrongPassword => (StatusCode::UNAUTHORIZED, "wrong password\n").into_response(),
            Self::Session(error) => error.into_response(),
        }
    }
}

impl From<ErrorKind> for Denied {
    fn from(error: ErrorKind) -> Self {
        Self::Session(error.into())
    }
}

impl Credentials {
    /// Who it is. A real shop has a table of hashed passwords, see the example `accounts`.
    fn check(self) -> Result<String, Denied> {
        if self.password == "secret" { Ok(self.user) } else { Err(Denied::WrongPassword) }
    }
}

/// A program logs in: it is told its token once.
#[require_session]
async fn log_in(
    session: &mut Session<Shop>,
    Json(credentials): Json<Credentials>,
) -> Result<Json<LoggedIn>, Denied> {
    session.log_in(credentials.check()?);
    session.remember(true);
    Ok(Json(LoggedIn { token: session.bearer_token()? }))
}

/// A program replaces its token, which is dead from then on.
#[require_session(authenticated)]
async fn renew(session: &mut Session<Shop>) -> Result<Json<LoggedIn>, Error> {
    Ok(Json(LoggedIn { token: session.bearer_token()? }))
}

/// A browser logs in: it is given a cookie.
#[require_session]
async fn log_in_by_form(
    session: &mut Session<Shop>,
    Form(credentials): Form<Credentials>,
) -> Result<Redirect, Denied> {
    session.log_in(credentials.check()?);
    Ok(Redirect::to("/cart"))
}

/// Either logs out.
#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

#[require_session(authenticated)]
async fn add(shop: &mut Shop, sku: String) -> String {
    shop.cart.push(sku);
    format!("{} in the cart\n", shop.cart.len())
}

#[require_session(authenticated)]
async fn cart(shop: &Shop) -> Json<Vec<String>> {
    Json(shop.cart.clone())
}

/// A socket that is open for as long as the session lives.
#[require_session(authenticated)]
async fn watch(session: &Session<Shop>, upgrade: WebSocketUpgrade) -> Response {
    let (live, user) = (session.live(), session.user.clone().unwrap_or_default());
    upgrade.on_upgrade(async move |mut socket| {
        if let Err(reason) = live.run(greet(&mut socket, &user)).await {
            let frame = CloseFrame { code: reason.close_code(), reason: reason.to_string().into() };
            _ = socket.send(Message::Close(Some(frame))).await;
        }
    })
}

/// Until the client leaves.
async fn greet(socket: &mut WebSocket, user: &str) {
    if socket.send(Message::text(format!("welcome, {user}"))).await.is_ok() {
        while let Some(Ok(_)) = socket.recv().await {}
    }
}

fn routes(sessions: Sessions<Shop>) -> Router {
    Router::new()
        .route("/api/login", post(log_in))
        .route("/api/token", post(renew))
        .route("/api/logout", post(log_out))
        .route("/login", post(log_in_by_form))
        .route("/cart", get(cart).post(add))
        .route("/watch", get(watch))
        .with_state(App { sessions })
}

/// With tokens beside the cookies.
fn sessions() -> Builder<Shop> {
    Sessions::builder(MemoryStore::new()).bearer()
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let about = "A shop for browsers and programs, by cookie and by bearer token.";
    let address = Address::from_args(about, "The password of everybody is `secret`.")?;
    let mut builder = sessions();
    if address.insecure_cookie {
        let cookie = SessionCookie::insecure_for_development("session");
        builder = builder.cookie(cookie.expect("this is a name of a cookie"));
    }
    let sessions = builder.build().expect("nothing contradicts itself");
    let listener = address.listen().await?;
    axum::serve(listener, routes(sessions)).await?;
    Ok(())
}
