//! What the attributes accept, and what the compiler says of each mistake.
//!
//! The messages are those of the toolchain in `rust-toolchain.toml`; another one fails here.
//! `TRYBUILD=overwrite cargo test -p session-ui-tests --test ui` writes them anew;
//! read the difference as the one who made the mistake.

use std::process::Command;

#[test]
fn what_is_right_compiles_and_every_mistake_is_answered() {
    let (pinned, used) = (pinned_release(), used_release());
    assert_eq!(
        used, pinned,
        "compiler messages differ from release to release, and these are of Rust {pinned}: \
         run `cargo +{pinned} test -p session-ui-tests --test ui`",
    );
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("fail/*/*.rs");
}

/// The channel in the workspace's `rust-toolchain.toml`.
fn pinned_release() -> &'static str {
    let toolchain = include_str!("../../rust-toolchain.toml");
    let channel = toolchain.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "channel").then(|| value.trim().trim_matches('"'))
    });
    channel.expect("`rust-toolchain.toml` names a channel")
}

/// The second word of `rustc 1.95.0 (59807616e 2026-04-14)`.
fn used_release() -> String {
    let output = Command::new("rustc").arg("--version").output().expect("rustc is installed");
    let version = String::from_utf8(output.stdout).expect("rustc prints UTF-8");
    version.split_whitespace().nth(1).expect("rustc prints its version").to_owned()
}
