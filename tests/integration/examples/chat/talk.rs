//! Two people in browsers of their own.

use std::process::Command;

use super::program::{built, node};
use crate::browser::visitor::Visitor;
use crate::examples::program::build;

#[tokio::test(flavor = "multi_thread")]
async fn two_people_talk_until_one_logs_out() {
    let chat = node("memory:").await;
    let (ann, ben) = tokio::join!(Visitor::of(chat.port), Visitor::of(chat.port));
    ann.joins_as("Ann").await;
    ann.sees("#guests", "Ann").await;
    ben.joins_as("Ben <b>").await;
    ann.sees("#guests", "Ann, Ben <b>").await;
    ann.says("Hello, <i>Ben</i>!").await;
    ben.sees("#said li:last-child", "Ann Hello, <i>Ben</i>!").await;
    ben.says("Hello, Ann!").await;
    ann.sees("#said li:last-child", "Ben <b> Hello, Ann!").await;
    ann.sees("#sent", "1").await;
    ann.takes_a_screenshot("chat").await;
    ann.takes_a_screenshot_in_the_dark("chat_dark").await;

    // What was counted is in the session: the page has it when it is opened anew.
    ann.goes_to("/").await;
    ann.sees("#sent", "1").await;
    // The socket is open, by which the page is told why it goes dark.
    ann.sees("#guests", "Ann, Ben <b>").await;

    // A log-out in another tab: the page goes dark by itself, and nothing of the talk is left on it.
    ann.runs("return fetch('/logout', { method: 'POST' }).then(reply => reply.status)").await;
    ann.sees("#why", "You are not logged in here any more: the session was ended by a log-out.")
        .await;
    assert_eq!(ann.count("#said, #say, #nav").await, 0);
    ben.sees("#guests", "Ben <b>").await;
    assert_eq!(ben.count("#said li").await, 2);
    ann.leaves().await;
    ben.leaves().await;
}

#[test]
fn the_help_names_every_option() {
    for (program, own) in [(built(), &["--store STORE"][..]), (&build("permissions"), &[])] {
        let help = Command::new(program).arg("--help").output().expect("it can be started");
        let help = String::from_utf8(help.stdout).expect("it speaks UTF-8");
        let shared = ["--port N", "--host ADDRESS", "--insecure-cookie", "--help"];
        for option in shared.iter().chain(own) {
            assert!(help.contains(&format!("\n  {option} ")), "{option}: {help}");
        }
    }
}
