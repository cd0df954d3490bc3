//! What a test has started ends with its process, however that ended.

use std::env;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use session_test_support::Postgres;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::SOON;

/// The victim is this test again, in a process of its own: it starts a server, freezes it and waits for its end.
#[tokio::test]
async fn nothing_outlives_a_killed_test_process() {
    const VICTIM: &str = "SESSION_TESTS_VICTIM";
    if env::var_os(VICTIM).is_some() {
        let server = Postgres::start().await;
        server.freeze();
        println!("\n{VICTIM} {}", server.address());
        std::future::pending::<()>().await;
    }
    let mut victim = Command::new(env::current_exe().expect("this is a program"))
        .args(["--exact", "clean_up::nothing_outlives_a_killed_test_process", "--nocapture"])
        .env(VICTIM, "")
        .stdout(Stdio::piped())
        .spawn()
        .expect("it can be run twice");
    let address: SocketAddr = BufReader::new(victim.stdout.take().expect("it is piped"))
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix(VICTIM)?.trim().parse().ok())
        .expect("the victim starts a server");
    assert!(TcpStream::connect(address).await.is_ok());
    victim.kill().and_then(|()| victim.wait()).expect("it is our own child");
    let gone = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, gone).await.expect("the server ends with its test");
}
