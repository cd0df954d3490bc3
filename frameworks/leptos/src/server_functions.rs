//! The server functions.

use leptos::prelude::*;
use leptos_axum::{extract, redirect};
use session_axum::{RequestSession, Session};

use crate::{Database, Shop};

/// Logs in, after a look at the password, and goes home.
#[server(endpoint = "log_in")]
pub async fn log_in(user: String, password: String) -> Result<(), ServerFnError> {
    let session: RequestSession<Shop> = extract().await?;
    if password != "open sesame" {
        session.change(|shop| shop.failed_log_ins += 1)?;
        return Err(ServerFnError::new("wrong password"));
    }
    session.change(|session| session.log_in(user))?;
    redirect("/");
    Ok(())
}

/// Ends the session.
#[server(endpoint = "log_out")]
pub async fn log_out() -> Result<(), ServerFnError> {
    let session: RequestSession<Shop> = extract().await?;
    session.change(Session::destroy)?;
    redirect("/");
    Ok(())
}

/// Counts one visit more.
#[server(endpoint = "visit")]
pub async fn visit() -> Result<u64, ServerFnError> {
    let session: RequestSession<Shop> = extract().await?;
    let visits = session.change(|shop| {
        shop.visits += 1;
        shop.visits
    })?;
    Ok(visits)
}

/// Who is logged in.
#[server(endpoint = "user")]
pub async fn user() -> Result<Option<String>, ServerFnError> {
    let session: RequestSession<Shop> = extract().await?;
    Ok(session.read(|shop| shop.user.clone())?)
}

/// Waits for the database, and only then looks who is logged in.
#[server(endpoint = "orders")]
pub async fn orders() -> Result<String, ServerFnError> {
    let count = expect_context::<Database>().count_orders().await;
    let session: RequestSession<Shop> = extract().await?;
    let user = session.read(|shop| shop.user.clone())?;
    Ok(format!("{}: {count} orders", user.as_deref().unwrap_or("nobody")))
}

/// Waits for the database, and only then counts a visit: on a page that is streamed, too late.
#[server(endpoint = "orders_visit")]
pub async fn orders_visit() -> Result<u64, ServerFnError> {
    let session: RequestSession<Shop> = extract().await?;
    expect_context::<Database>().count_orders().await;
    let visits = session.change(|shop| {
        shop.visits += 1;
        shop.visits
    })?;
    Ok(visits)
}
