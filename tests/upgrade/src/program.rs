//! The two releases of the program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The releases of the program.
#[derive(Clone, Copy, Debug)]
pub struct Programs {
    /// The one that is replaced.
    pub old: &'static Path,
    /// The one that replaces it.
    pub new: &'static Path,
}

impl Programs {
    /// Those that the environment names, or twice that of this workspace.
    pub fn from_env() -> Self {
        static PROGRAMS: OnceLock<[PathBuf; 2]> = OnceLock::new();
        let [old, new] = PROGRAMS.get_or_init(|| {
            let named = |name| std::env::var_os(name).map(PathBuf::from);
            match (named("OLD_PROGRAM"), named("NEW_PROGRAM")) {
                (Some(old), Some(new)) => [old, new],
                (None, None) => {
                    let built = build();
                    [built.clone(), built]
                }
                _ => panic!("set both OLD_PROGRAM and NEW_PROGRAM, or none"),
            }
        });
        Self { old, new }
    }
}

fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--example", "quickstart", "--message-format=json-render-diagnostics"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(built.status.success(), "the example builds");
    let messages = String::from_utf8(built.stdout).expect("cargo speaks JSON");
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "quickstart")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("cargo names the program")
}
