//! Live sessions: what goes on beyond its request for as long as the session does.

mod end;
mod entry;
mod keeper;
mod known;
#[expect(clippy::module_inception, reason = "the room is named for what it hands out")]
mod live;
mod of_request;
mod person;
mod registration;
mod registry;
mod streams;
mod suspecting;
mod watched;
mod watcher;
mod watching;

pub use live::{Live, Reach};
pub use streams::{OrFail, UntilEnded};

pub(crate) use keeper::{Answer, Asked, Finding, Keeper, Owner, Seen};
pub(crate) use known::Known;
pub(crate) use of_request::{OfRequest, StoredAs};
pub(crate) use person::Person;
pub(crate) use registry::Registry;
pub(crate) use suspecting::Suspecting;
