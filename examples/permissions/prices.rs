//! Prices: some users may read them, some may change them.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use session_axum::{Principal, require_session};

use crate::directory::Directory;
use crate::failure::Failure;
use crate::member::Member;
use crate::pages;
use crate::permission::may;

#[derive(serde::Deserialize)]
pub(crate) struct NewPrice {
    cents: u32,
}

/// The gate in front of it has asked for `prices.read`.
pub(crate) async fn list(
    Principal(user): Principal<Member>,
    State(directory): State<Directory>,
) -> Result<Html<String>, Failure> {
    let edits = directory.may(Some(user), "prices.edit").await?;
    Ok(pages::show(&pages::Prices { prices: directory.prices().await?, edits }))
}

#[require_session(allow = may("prices.edit"), state = Directory)]
pub(crate) async fn edit(
    _: &Member,
    State(directory): State<Directory>,
    Path(sku): Path<String>,
    Form(NewPrice { cents }): Form<NewPrice>,
) -> Result<Redirect, Failure> {
    if !directory.set_price(&sku, cents).await? {
        return Err(Failure::Missing("article"));
    }
    Ok(Redirect::to("/prices"))
}
