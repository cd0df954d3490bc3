//! The scripts: one for each operation, with the keys, arguments and records that they work with.

// What a script works with.
mod argument;
mod keys;
mod published;
mod record;
// What a script is, and how one is run.
mod catalog;
mod invocation;
mod script;

pub(crate) use argument::Argument;
pub(crate) use catalog::{
    ALIVE, ANNOUNCE, CONFIRM, DELETE, DELETE_ALL, DUE, ENTER, INSERT, LIST, LOAD,
    LOAD_WITHOUT_FIELDS, MEMBERS, PROBE, REMOVE, RESTORE_ENTRY, RESTORE_RECORD, REVOKE, SWEEP,
    TOUCH, UPDATE,
};
pub(crate) use invocation::Invocation;
pub(crate) use keys::Keys;
pub(crate) use published::{Mark, Published};
pub(crate) use record::{HAS_LABEL, HAS_PRINCIPAL, IS_PERSISTENT, RecordHeader};
pub(crate) use script::{Eval, Script};
