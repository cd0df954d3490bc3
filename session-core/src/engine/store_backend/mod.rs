//! The store back end: a session's record is in the store, and its cookie has the token that proves
//! it.

mod commit;
mod create;
mod end;
mod identify;
mod identify_one_of;
mod import;
mod late_log_in;
mod renew;

pub(crate) use commit::told;
pub(crate) use create::create;
pub(crate) use end::end;
pub(crate) use identify::{identify, identify_bearer};
pub(crate) use identify_one_of::identify_one_of;
pub(crate) use import::import;
pub(crate) use late_log_in::lets_log_in_late;
pub(crate) use renew::renew;
