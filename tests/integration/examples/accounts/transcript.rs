//! The commands of `docs/accounts.md`, run in turn.

use std::fmt::Write as _;
use std::fs;

use crate::examples::program::shell;

use super::application::Application;

/// What differs from run to run, named as on the page.
fn masked(output: &str) -> String {
    let mut masked = String::new();
    for line in output.lines() {
        let mut line = line.to_owned();
        for (before, length, name) in [
            ("__Host-session=", 64, "TOKEN"),
            ("state=", 43, "STATE"),
            ("code=", 43, "CODE"),
            ("code_challenge=", 43, "CHALLENGE"),
            ("/devices/one/", 36, "HANDLE"),
        ] {
            let Some(start) = line.find(before).map(|found| found + before.len()) else { continue };
            let end = start + line[start..].find(['&', ';', '/']).unwrap_or(line.len() - start);
            if end - start == length {
                line.replace_range(start..end, name);
            }
        }
        writeln!(masked, "{line}").expect("a string takes it");
    }
    masked
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_transcript_is_what_the_program_prints() {
    let application = Application::start().await;
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/accounts.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let transcripts =
        page.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let transcript = transcripts.collect::<String>();
    let port = application.port.to_string();
    let mut printed = String::new();
    for line in transcript.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let here = line.replace("localhost:3000", &format!("localhost:{port}"));
        let output = shell(&here, application.jars()).replace(&port, "3000");
        write!(printed, "$ {line}\n{}", masked(&output)).expect("a string takes it");
    }
    assert!(!transcript.is_empty(), "the page has transcripts");
    assert_eq!(printed, transcript);
}
