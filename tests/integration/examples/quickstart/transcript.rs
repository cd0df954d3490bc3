//! The commands of the README, run in turn.

use std::fmt::Write as _;

use super::shop::Shop;
use crate::examples::program::shell;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");

/// What differs from run to run, named as in the README.
fn masked(output: &str) -> String {
    let mut masked = String::new();
    for line in output.lines() {
        let line = match line.split_once("__Host-session=") {
            Some((before, value)) if value.find(';') == Some(64) => {
                format!("{before}__Host-session=TOKEN{}", &value[64..])
            }
            _ if line.starts_with("date: ") => "date: DATE".to_owned(),
            _ => line.to_owned(),
        };
        writeln!(masked, "{line}").expect("a string takes it");
    }
    masked
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_transcript_is_what_the_program_prints() {
    let shop = Shop::open("sqlite:./quickstart.db").await;
    let readme = std::fs::read_to_string(README).expect("the README is there");
    let transcript = readme.split("```console\n").nth(1).and_then(|rest| rest.split("```").next());
    let transcript = transcript.expect("the README has a transcript");
    let jars = tempfile::tempdir().expect("a directory for the jars");
    let mut printed = String::new();
    for line in transcript.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let here = line.replace("localhost:3000", &format!("localhost:{}", shop.port));
        let output = shell(&here, jars.path()).replace(&shop.port.to_string(), "3000");
        write!(printed, "$ {line}\n{}", masked(&output)).expect("a string takes it");
    }
    assert_eq!(printed, transcript);
}
