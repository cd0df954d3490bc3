//! The sessions that schedules play with, and what a request does to them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use session_axum::{Session, WithPrincipal, session};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum User {
    Ann,
    Bob,
}

/// One of the two session types of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Shop,
    Office,
}

/// In the order in which functions take them.
pub(crate) const KINDS: [Kind; 2] = [Kind::Shop, Kind::Office];

/// One value for each session type.
pub(crate) type PerKind<V> = [V; 2];

/// What a session of either type holds, as the model has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) user: Option<User>,
    pub(crate) visits: i64,
    pub(crate) cart: Vec<u8>,
    pub(crate) seen: BTreeSet<u8>,
    pub(crate) notice: Option<u8>,
    pub(crate) theme: u8,
}

/// A session type of the library that holds a [`State`].
pub(crate) trait HoldsState: WithPrincipal<Principal = User> {
    const KIND: Kind;
    fn state(&self) -> State;
    fn set(&mut self, state: State);
}

/// Session types that differ in nothing but their names.
macro_rules! session_types {
    ($($name:ident)*) => {$(
        #[session]
        pub(crate) struct $name {
            #[session(principal)]
            user: Option<User>,
            #[session(merge = sum)]
            visits: i64,
            #[session(merge = append)]
            cart: Vec<u8>,
            #[session(merge = union)]
            seen: BTreeSet<u8>,
            notice: Option<u8>,
            #[session(carry)]
            theme: u8,
        }

        impl HoldsState for $name {
            const KIND: Kind = Kind::$name;

            fn state(&self) -> State {
                let Self { user, visits, cart, seen, notice, theme } = self.clone();
                State { user, visits, cart, seen, notice, theme }
            }

            fn set(&mut self, state: State) {
                let State { user, visits, cart, seen, notice, theme } = state;
                *self = Self { user, visits, cart, seen, notice, theme };
            }
        }
    )*};
}

session_types!(Shop Office);

/// One line of a function.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    Change(Change),
    Destroy,
    Rotate,
    Remember(bool),
    LogIn(User),
}

/// One line of a function that changes the state.
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
    /// Assigns the principal.
    Assign(User),
    LogOut,
}

impl Edit {
    pub(crate) fn perform<T: HoldsState>(&self, session: &mut Session<T>) {
        match self {
            Self::Change(change) => change.perform_on(&mut **session),
            Self::Destroy => session.destroy(),
            Self::Rotate => session.rotate(),
            Self::Remember(remember) => session.remember(*remember),
            Self::LogIn(user) => session.log_in(*user),
        }
    }
}

impl Change {
    pub(crate) fn perform_on<T: HoldsState>(&self, session: &mut T) {
        let mut state = session.state();
        self.perform(&mut state);
        session.set(state);
    }

    pub(crate) fn perform(&self, state: &mut State) {
        match *self {
            Self::Visit(times) => state.visits += times,
            Self::Put(item) => state.cart.push(item),
            Self::TakeOut(item) => {
                if let Some(index) = state.cart.iter().position(|other| *other == item) {
                    state.cart.remove(index);
                }
            }
            Self::EmptyTheCart => state.cart.clear(),
            Self::See(item) => _ = state.seen.insert(item),
            Self::Unsee(item) => _ = state.seen.remove(&item),
            Self::Notice(notice) => state.notice = notice,
            Self::Theme(theme) => state.theme = theme,
            Self::Assign(user) => state.user = Some(user),
            Self::LogOut => state.user = None,
        }
    }
}
