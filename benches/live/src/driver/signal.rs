//! Signals to processes.

use std::process::Command;

/// Sends one: `STOP` or `CONT`.
pub(super) fn send(process: i64, name: &str) {
    let done = Command::new("kill").arg(format!("-{name}")).arg(process.to_string()).status();
    assert!(done.is_ok_and(|status| status.success()), "{process} is there");
}
