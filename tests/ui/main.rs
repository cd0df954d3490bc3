//! What the attributes accept, and what the compiler says of each mistake.
//!
//! `TRYBUILD=overwrite cargo test -p session-tests --test ui` writes the messages anew; read the
//! difference as the one who made the mistake.

use std::process::Command;

/// The release of rustc whose messages these are.
const RUSTC: &str = "rustc 1.95.";

#[test]
fn what_is_right_compiles_and_every_mistake_is_answered() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    if is_ours() {
        cases.compile_fail("ui/fail/*.rs");
    } else {
        eprintln!("the messages of {RUSTC}* are not compared: this is another release");
    }
}

fn is_ours() -> bool {
    let version = Command::new("rustc").arg("--version").output().expect("rustc is there");
    String::from_utf8_lossy(&version.stdout).starts_with(RUSTC)
}
