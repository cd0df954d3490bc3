//! What the attributes accept, and what the compiler says of each mistake.
//!
//! The messages are those of the toolchain in `rust-toolchain.toml`; another one fails here.
//! `TRYBUILD=overwrite cargo test -p session-tests --test ui` writes them anew; read the
//! difference as the one who made the mistake.

use std::fs;
use std::process::Command;

/// The release of rustc whose messages these are, as long as no `rust-toolchain.toml` says so.
const PINNED: &str = "1.95.0";

#[test]
fn what_is_right_compiles_and_every_mistake_is_answered() {
    let (pinned, used) = (pinned_release(), used_release());
    assert_eq!(
        used, pinned,
        "compiler messages differ from release to release, and these are of Rust {pinned}: \
         run `cargo +{pinned} test -p session-tests --test ui`",
    );
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*.rs");
}

/// The channel in the workspace's `rust-toolchain.toml`.
fn pinned_release() -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../rust-toolchain.toml");
    let Ok(toolchain) = fs::read_to_string(file) else { return PINNED.to_owned() };
    let channel = toolchain.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "channel").then(|| value.trim().trim_matches('"').to_owned())
    });
    channel.expect("`rust-toolchain.toml` names a channel")
}

/// The second word of `rustc 1.95.0 (59807616e 2026-04-14)`.
fn used_release() -> String {
    let output = Command::new("rustc").arg("--version").output().expect("rustc is installed");
    let version = String::from_utf8(output.stdout).expect("rustc prints UTF-8");
    version.split_whitespace().nth(1).expect("rustc prints its version").to_owned()
}
