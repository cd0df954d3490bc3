//! A program is asked to end when it can hear it.

use std::process::Command;
use std::time::Duration;

use session_test_support::TempDirectory;
use tokio::time::{sleep, timeout};

use crate::SOON;

/// It is ready, as one is that listens, before it handles the signal.
#[tokio::test]
async fn a_program_that_has_only_just_begun_still_ends_in_good_order() {
    let directory = TempDirectory::new("KILL");
    let mut program = Command::new("sh");
    program
        .args(["-c", "sleep 0.2; trap 'echo ended; exit' TERM; while true; do sleep 0.01; done"]);
    assert!(directory.launch(&mut program, async || true).await);
    directory.terminate();
    let ended = async {
        while directory.is_running() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(SOON, ended).await.expect("it ends");
    assert_eq!(directory.log(), "ended\n");
}
