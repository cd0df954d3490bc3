//! The application: handlers with a session, as anybody would write them.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use session_axum::{Error, Handle, Session, Sessions, require_session};

use super::account::Account;
use crate::page::Page;

#[require_session]
async fn read(account: &Account) -> String {
    Page::from(account).to_string()
}

#[require_session]
async fn log_in(session: &mut Session<Account>, Path(user): Path<u64>) {
    session.log_in(user);
}

#[require_session(authenticated)]
async fn log_in_again(session: &mut Session<Account>, Path(user): Path<u64>) {
    session.log_in(user);
}

#[require_session(authenticated)]
async fn rotate(session: &mut Session<Account>) {
    session.rotate();
}

#[require_session(authenticated)]
async fn visit(account: &mut Account) {
    account.visits += 1;
}

#[require_session(authenticated)]
async fn add(account: &mut Account, Path(note): Path<u64>) {
    account.count += 1;
    account.notes.push(note);
}

#[require_session(authenticated)]
async fn choose(account: &mut Account, Path(choice): Path<u64>) {
    account.choice = choice;
}

#[require_session(authenticated)]
async fn log_out(session: &mut Session<Account>) {
    session.destroy();
}

#[require_session(authenticated)]
async fn revoke_others(
    session: &Session<Account>,
    State(sessions): State<Sessions<Account>>,
) -> Result<String, Error> {
    Ok(sessions.revoke_others(session).await?.to_string())
}

async fn revoke_all(
    State(sessions): State<Sessions<Account>>,
    Path(user): Path<u64>,
) -> Result<String, Error> {
    Ok(sessions.revoke_all(&user).await?.ended().to_string())
}

async fn revoke(
    State(sessions): State<Sessions<Account>>,
    Path(handle): Path<String>,
) -> Result<String, Error> {
    let handle: Handle = handle.parse()?;
    Ok(sessions.revoke(&handle).await?.to_string())
}

async fn list(
    State(sessions): State<Sessions<Account>>,
    Path(user): Path<u64>,
) -> Result<String, Error> {
    let listed = sessions.list(&user).await?;
    let handles: Vec<_> = listed.iter().map(|listed| listed.handle.to_string()).collect();
    Ok(handles.join(" "))
}

async fn stored(
    State(sessions): State<Sessions<Account>>,
    Path(handle): Path<String>,
) -> Result<String, Error> {
    let handle: Handle = handle.parse()?;
    let stored = sessions.get(&handle).await?;
    Ok(stored.map_or_else(String::new, |stored| Page::from(&stored.into_state()).to_string()))
}

/// The application on these sessions.
pub(crate) fn router(sessions: Sessions<Account>) -> Router {
    Router::new()
        .route("/", get(read))
        .route("/log-in/{user}", post(log_in))
        .route("/log-in-again/{user}", post(log_in_again))
        .route("/rotate", post(rotate))
        .route("/visit", post(visit))
        .route("/add/{note}", post(add))
        .route("/choose/{choice}", post(choose))
        .route("/log-out", post(log_out))
        .route("/revoke-others", post(revoke_others))
        .route("/revoke-all/{user}", post(revoke_all))
        .route("/revoke/{handle}", post(revoke))
        .route("/list/{user}", get(list))
        .route("/stored/{handle}", get(stored))
        .with_state(sessions)
}
