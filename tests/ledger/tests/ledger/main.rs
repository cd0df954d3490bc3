//! The ledger sees what it is for: defects of a store are found, and sound stores are found to be sound.

use std::path::PathBuf;
use std::time::Duration;

use session_ledger::faults::Fault;
use session_ledger::plan::Plan;
use session_ledger::stores::Kind;

mod defective_store;
mod defects;
mod smoke;

/// A short run.
fn plan(store: Kind, fault: Fault, seconds: u64) -> Plan {
    Plan {
        store,
        fault,
        span: Duration::from_secs(seconds),
        clients: 10,
        nodes: 2,
        seed: 7,
        program: PathBuf::from(env!("CARGO_BIN_EXE_session-ledger")),
    }
}
