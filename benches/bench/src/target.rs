//! The target directory of this workspace, where its programs and the results lie.

use std::env;
use std::path::{Path, PathBuf};

/// The one that this program was built in.
pub(crate) fn directory() -> PathBuf {
    let program = env::current_exe().expect("Linux knows");
    // In a directory for the profile, a test in one below it.
    let is_profile = |path: &&Path| path.ends_with("debug") || path.ends_with("release");
    let target = program.ancestors().find(is_profile).and_then(Path::parent);
    target.expect("this program lies in a target directory").to_owned()
}

/// Where an optimized program of this workspace lies.
pub(crate) fn program(name: &str) -> PathBuf {
    directory().join("release").join(name)
}
