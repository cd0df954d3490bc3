//! What the handlers take their arguments from.

use axum::extract::FromRef;
use session_axum::{Builder, Sessions};

use crate::journal::Journal;
use crate::pages;
use crate::trace::Trace;
use crate::users::Passwords;
use crate::visitor::Visitor;
use crate::warehouse::Warehouse;

#[derive(Clone, FromRef)]
pub(crate) struct App {
    pub(crate) sessions: Sessions<Visitor>,
    pub(crate) journal: Journal,
    pub(crate) passwords: Passwords,
    pub(crate) warehouse: Warehouse,
}

impl App {
    /// With these sessions, whose store writes to this journal.
    pub(crate) fn new(sessions: Sessions<Visitor>, journal: Journal) -> Self {
        Self { sessions, journal, passwords: Passwords::new(), warehouse: Warehouse::new() }
    }
}

/// Refusals as pages, and events in the traces of their requests.
pub(crate) fn set_up(sessions: Builder<Visitor>) -> Builder<Visitor> {
    sessions.on_refusal(pages::refused).on_event(Trace::note_event)
}
