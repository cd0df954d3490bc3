//! The ledger: what was promised, to be compared with what is there.

mod account;
mod book;
mod finding;
mod outage;
mod person;
mod session;
mod write;

pub(crate) use account::Change;
pub(crate) use book::Ledger;
pub(crate) use book::{Came, Device};
pub use finding::{Finding, Violation};
pub(crate) use outage::Outage;
pub(crate) use person::{Excuse, Limit, Person as PromisedTo};
pub(crate) use session::{Life, Number};
