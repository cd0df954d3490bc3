//! The cookie back end: a session's record, sealed, is its cookie's value; the store has those that
//! were ended.

mod commit;
mod create;
mod end;
mod identify;
mod identify_one_of;
mod no_revocations;

pub(crate) use commit::commit;
pub(crate) use create::create;
pub(crate) use end::end;
pub(crate) use identify::identify;
pub(crate) use identify_one_of::identify_one_of;
pub(crate) use no_revocations::NoRevocations;
