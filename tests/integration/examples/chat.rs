//! The chat: two people in browsers of their own, and how the program stops.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::browser::visitor::Visitor;
use crate::examples::program::{Program, build, shell};

impl Visitor {
    async fn joins_as(&self, name: &str) {
        self.goes_to("/").await;
        self.is_at("Who are you?").await;
        self.types("name", name).await;
        self.clicks("#go").await;
        self.is_at("Chat").await;
        self.sees("#state", "").await;
    }

    async fn says(&self, text: &str) {
        self.types("text", text).await;
        self.clicks("#go").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_talk_until_one_logs_out() {
    let chat = Program::start("chat").await;
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
    ann.prefers("dark").await;
    ann.takes_a_screenshot("chat_dark").await;

    // What was counted is in the session: the page has it when it is opened anew.
    ann.goes_to("/").await;
    ann.sees("#sent", "1").await;
    ann.sees("#state", "").await;

    // A log-out in another tab: the next message leads to the log-in, and nobody hears it.
    ann.runs("return fetch('/logout', { method: 'POST' }).then(reply => reply.status)").await;
    ann.says("psst").await;
    ann.is_at("Who are you?").await;
    ben.sees("#guests", "Ben <b>").await;
    assert_eq!(ben.count("#said li").await, 2);
    ann.leaves().await;
    ben.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_while_an_event_stream_is_open() {
    let chat = Program::start("chat").await;
    let at = format!("http://localhost:{}", chat.port);
    shell(&format!("curl -s -c jar -d name=Ann {at}/login"), chat.directory.path());
    let mut curl = Command::new("curl");
    curl.args(["-sN", "-b", "jar", &format!("{at}/events")]);
    curl.current_dir(chat.directory.path()).stdout(Stdio::piped());
    let mut curl = curl.spawn().expect("curl is there");
    let mut events = BufReader::new(curl.stdout.take().expect("it is piped")).lines();
    let first = events.next().expect("there is an event").expect("it is text");
    assert_eq!(first, "data: []");
    chat.directory.interrupt();
    tokio::time::timeout(Duration::from_mins(1), async {
        while chat.directory.is_running() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("it stops");
    curl.wait().expect("curl ends");
    assert!(chat.directory.log().contains("stopped"), "{}", chat.directory.log());
}

#[test]
fn the_help_names_every_option() {
    for name in ["chat", "permissions"] {
        let help = Command::new(build(name)).arg("--help").output().expect("it can be started");
        let help = String::from_utf8(help.stdout).expect("it speaks UTF-8");
        for option in ["--port N", "--host ADDRESS", "--insecure-cookie", "--help"] {
            assert!(help.contains(&format!("\n  {option} ")), "{option}: {help}");
        }
    }
}
