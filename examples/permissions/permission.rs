//! Permissions by their names, as gates in front of routes and as `allow` of a handler. Both ask the database with each
//! request: nothing of it is in the session, and a permission that a group loses is lost at once.

use std::pin::Pin;

use session_axum::Gate;

use crate::app::App;
use crate::directory::Directory;
use crate::failure::Failure;
use crate::member::Member;

/// All that there are.
pub(crate) const ALL: [&str; 3] = ["prices.read", "prices.edit", "groups.read"];

/// The look into the database. In a box, since it has no name that a function could promise to return.
type Asking = Pin<Box<dyn Future<Output = Result<bool, Failure>> + Send>>;

/// For a handler: `#[require_session(allow = may("prices.edit"), state = Directory)]`.
pub(crate) fn may(permission: &'static str) -> impl Fn(&Member, &Directory) -> Asking {
    move |member, directory| {
        let (user, directory) = (member.user, directory.clone());
        Box::pin(async move { Ok(directory.may(user, permission).await?) })
    }
}

/// A gate for routes: `.route_layer(gate(&app, "prices.read"))`.
pub(crate) fn gate(app: &App, permission: &'static str) -> Gate<Member> {
    let may = may(permission);
    app.sessions.gate().allow_with_state(app.directory.clone(), move |member, _, directory| {
        may(&member, &directory)
    })
}
