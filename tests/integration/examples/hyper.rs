//! Sessions on plain hyper: the example on session-core alone, used by curl.

use std::path::Path;
use std::process::Command;

use crate::examples::program::{Program, build, shell};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[tokio::test]
async fn a_guard_for_hyper_keeps_sessions_and_nests() {
    let built = build("hyper");
    let program = Program::on_free_port(|port| {
        let mut command = Command::new(&built);
        command.arg(port.to_string());
        command
    });
    let Program { directory, port } = program.await;
    let curl = |jar: &str, line: &str| {
        let line = line.replace("HOST", &format!("localhost:{port}"));
        shell(&format!("curl -s -b {jar} -c {jar} {line}"), directory.path())
    };
    assert_eq!(curl("jar", "HOST/visit"), "nobody: visit 1, request 1\n");
    assert_eq!(curl("jar", "-X POST HOST/login?ann"), "welcome\n");
    assert_eq!(curl("jar", "HOST/visit"), "ann: visit 2, request 3\n");
    shell("cp jar stolen", directory.path());
    assert_eq!(curl("jar", "-X POST HOST/logout"), "good-bye\n");
    assert_eq!(curl("stolen", "HOST/visit"), "nobody: visit 1, request 1\n");
    assert_eq!(
        curl("jar", "-H 'sec-fetch-site: cross-site' -X POST HOST/login?eve"),
        "403 Forbidden\n"
    );
}

/// A hundred and fifty lines are all that a framework needs.
#[test]
fn the_guard_for_hyper_is_short_and_stands_on_core_alone() {
    let program = std::fs::read_to_string(Path::new(ROOT).join("examples/hyper.rs"));
    let program = program.expect("it is there");
    assert!(program.lines().count() <= 150);
    assert!(!program.contains("session_axum") && !program.contains("axum::"));
}
