//! The frame of a page: who is logged in, how much is in the cart, the notice, and the drawer.

use session_axum::{Handle, Session};

use crate::journal::{Entry, Journal};
use crate::trace::{Step, Trace};
use crate::users::User;
use crate::visitor::Visitor;

/// The frame of a page.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) user: Option<&'static User>,
    pub(crate) in_cart: usize,
    pub(crate) notice: Option<String>,
    pub(crate) drawer: Drawer,
}

/// What the session did: in this request so far, and in the requests before.
#[derive(Debug)]
pub(crate) struct Drawer {
    pub(crate) store: &'static str,
    pub(crate) handle: Option<Handle>,
    pub(crate) revision: Option<u64>,
    /// How often something was put into the cart.
    pub(crate) added: u64,
    pub(crate) so_far: Vec<Step>,
    pub(crate) before: Vec<Entry>,
}

impl Frame {
    /// For a page of this session, which shows the notice: no other will.
    pub(crate) fn of(session: &mut Session<Visitor>, journal: &Journal) -> Self {
        let (handle, trace) = (session.handle(), Trace::current());
        let drawer = Drawer {
            store: journal.store,
            handle,
            revision: trace.as_ref().and_then(Trace::record).map(|(_, revision)| revision),
            added: session.added,
            so_far: trace.map(|trace| trace.steps()).unwrap_or_default(),
            before: handle.map(|handle| journal.of(handle)).unwrap_or_default(),
        };
        let (user, in_cart) = (session.user(), session.cart.len());
        // Without a notice nothing is written: a look alone would not be, and `take` of none changes nothing.
        Self { user, in_cart, notice: session.notice.take(), drawer }
    }
}
