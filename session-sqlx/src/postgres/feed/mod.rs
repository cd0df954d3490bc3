//! The feed of endings: notifications of the triggers, on a connection of its own.

mod listener;
mod message;
mod open;
mod outbox;

pub(super) use open::{fault, open};
