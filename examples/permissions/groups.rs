//! The admin area: what each group may do, and how that is changed.

use axum::Form;
use axum::extract::State;
use axum::response::{Html, Redirect};
use session_axum::require_session;

use crate::app::App;
use crate::directory::{Directory, GroupId};
use crate::failure::Failure;
use crate::member::Member;
use crate::pages::{self, GroupPermissions};
use crate::permission;

/// A button of the page.
#[derive(serde::Deserialize)]
pub(crate) struct Change {
    group: GroupId,
    permission: String,
    to: Ownership,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Ownership {
    Given,
    Taken,
}

/// The gate in front of it has asked for `groups.read`.
pub(crate) async fn list(State(directory): State<Directory>) -> Result<Html<String>, Failure> {
    let owned = directory.permissions().await?;
    let groups = directory.groups().await?.into_iter().map(|group| {
        let has = |permission| owned.iter().any(|(id, name)| *id == group.id && name == permission);
        let permissions = permission::ALL.map(|permission| (permission, has(permission))).into();
        GroupPermissions { group, permissions }
    });
    Ok(pages::show(&pages::Groups { groups: groups.collect() }))
}

/// A function of one's own may look at anything in the application's state.
async fn is_administrator(member: &Member, app: &App) -> Result<bool, Failure> {
    Ok(app.directory.is_in(member.user, "administrators").await?)
}

#[require_session(allow = is_administrator, state = App)]
pub(crate) async fn change(
    _: &Member,
    State(directory): State<Directory>,
    Form(Change { group, permission, to }): Form<Change>,
) -> Result<Redirect, Failure> {
    if !permission::ALL.contains(&permission.as_str()) {
        return Err(Failure::Missing("permission"));
    }
    match to {
        Ownership::Given => directory.give(group, &permission).await?,
        Ownership::Taken => directory.take(group, &permission).await?,
    }
    Ok(Redirect::to("/admin/groups"))
}
