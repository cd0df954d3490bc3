//! What the handlers take their arguments from.

use axum::extract::FromRef;
use session_axum::Sessions;

use crate::directory::Directory;
use crate::member::Member;

#[derive(Clone, FromRef)]
pub(crate) struct App {
    pub(crate) sessions: Sessions<Member>,
    pub(crate) directory: Directory,
}
