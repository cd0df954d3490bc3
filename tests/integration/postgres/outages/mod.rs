//! A database that hangs, dies or is cut off under mixed load: clear errors, and nothing acknowledged is lost.

mod app;
mod faults;
mod ledger;
mod load;
mod outage;
mod samples;
