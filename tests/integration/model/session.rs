//! The session that schedules play with, and what a request does to it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use session_axum::{Session, session};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum User {
    Ann,
    Bob,
}

#[session]
#[derive(Debug)]
pub(crate) struct Shop {
    #[session(principal)]
    pub(crate) user: Option<User>,
    #[session(merge = sum)]
    pub(crate) visits: i64,
    #[session(merge = append)]
    pub(crate) cart: Vec<u8>,
    #[session(merge = union)]
    pub(crate) seen: BTreeSet<u8>,
    pub(crate) notice: Option<u8>,
    #[session(carry)]
    pub(crate) theme: u8,
}

/// One line of a handler.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    Change(Change),
    Destroy,
    Rotate,
    Remember(bool),
}

/// One line of a handler that changes the state.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Visit(i64),
    Put(u8),
    TakeOut(u8),
    EmptyTheCart,
    See(u8),
    Unsee(u8),
    Notice(Option<u8>),
    Theme(u8),
    LogIn(User),
    LogOut,
}

impl Edit {
    pub(crate) fn perform(&self, session: &mut Session<Shop>) {
        match self {
            Self::Change(change) => change.perform(session),
            Self::Destroy => session.destroy(),
            Self::Rotate => session.rotate(),
            Self::Remember(remember) => session.remember(*remember),
        }
    }
}

impl Change {
    pub(crate) fn perform(&self, shop: &mut Shop) {
        match *self {
            Self::Visit(times) => shop.visits += times,
            Self::Put(item) => shop.cart.push(item),
            Self::TakeOut(item) => {
                if let Some(index) = shop.cart.iter().position(|other| *other == item) {
                    shop.cart.remove(index);
                }
            }
            Self::EmptyTheCart => shop.cart.clear(),
            Self::See(item) => _ = shop.seen.insert(item),
            Self::Unsee(item) => _ = shop.seen.remove(&item),
            Self::Notice(notice) => shop.notice = notice,
            Self::Theme(theme) => shop.theme = theme,
            Self::LogIn(user) => shop.user = Some(user),
            Self::LogOut => shop.user = None,
        }
    }
}
