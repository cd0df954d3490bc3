//! The command line: the help, mistakes, and the clients that keep no `Secure` cookie.

use std::process::{Command, Output};

use super::shop::{Shop, quickstart};
use crate::examples::program::{self, shell};
use session_test_support::{TempDirectory, free_address};

/// What the program prints to each of its outputs, with these options, and whether it ended well.
fn run(directory: &TempDirectory, options: &str) -> (String, String, bool) {
    let mut command = Command::new(quickstart());
    command.env_remove("SESSION_KEYS").current_dir(directory.path());
    let output = command.args(options.split_whitespace()).output().expect("it can be started");
    let Output { status, stdout, stderr } = output;
    let text = |bytes| String::from_utf8(bytes).expect("it speaks UTF-8");
    (text(stdout), text(stderr), status.success())
}

#[test]
fn the_help_names_every_option() {
    let directory = TempDirectory::new("INT");
    let (help, errors, is_well) = run(&directory, "--help");
    assert!(is_well && errors.is_empty(), "{errors}");
    for option in ["--port N", "--host ADDRESS", "--store STORE", "--insecure-cookie", "--help"] {
        assert!(help.contains(&format!("\n  {option} ")), "{option}: {help}");
    }
    let accounts = Command::new(program::build("accounts")).arg("--help").output();
    let help = String::from_utf8(accounts.expect("it can be started").stdout).expect("text");
    for option in ["--port N", "--host ADDRESS", "--db FILE", "--insecure-cookie", "--help"] {
        assert!(help.contains(&format!("\n  {option} ")), "{option}: {help}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_names_what_failed_and_what_to_do() {
    let shop = Shop::open("memory:").await;
    let directory = TempDirectory::new("INT");
    let nobody = free_address().port();
    let (taken, postgres, redis) = (
        format!("--store memory: --port {}", shop.port),
        format!("--store postgres://app:hunter2@127.0.0.1:{nobody}/shop"),
        format!("--store redis://127.0.0.1:{nobody}"),
    );
    let (port, nobody) = (format!("port {}", shop.port), format!("127.0.0.1:{nobody}"));
    for (options, named, cure) in [
        (taken.as_str(), port.as_str(), "--port N"),
        ("--store memory: --host 192.0.2.1", "192.0.2.1", "--host 127.0.0.1"),
        (&postgres, &format!("postgres://app@{nobody}/shop"), "does the server run there"),
        (&redis, &format!("redis://{nobody}"), "does the server run there"),
        ("--store sqlite:no/such/folder.db", "no/such/folder.db", "folder that you may write to"),
        ("--store cookie:", "SESSION_KEYS", "/dev/urandom"),
        ("--store mysql://x", "mysql://x", "postgres://USER@HOST/DATABASE"),
        ("--prot 1", "--prot", "did you mean `--port`?"),
        ("--port 70000", "70000", "0 to 65535"),
        ("--port", "--port", "`--port N`"),
    ] {
        let (printed, error, is_well) = run(&directory, options);
        assert!(!is_well && !printed.contains("open http"), "{options}: {printed}");
        assert!(error.contains(named), "{options} is to name {named}: {error}");
        assert!(error.contains(cure), "{options} is to say {cure}: {error}");
        assert!(!error.contains("hunter2"), "the password is not shown: {error}");
        let is_a_sentence = !error.contains(['{', '}']) && error.trim().lines().count() == 2;
        assert!(is_a_sentence || options.starts_with("--port"), "{options}: {error}");
    }
}

/// On another host than localhost, curl keeps no `Secure` cookie that came over plain HTTP; Safari, `WebKitGTK` and Python do not
/// on localhost either.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_secure_cookies_is_served_with_the_switch() {
    for (options, visits) in [(&[][..], ["1", "1"]), (&["--insecure-cookie"], ["1", "2"])] {
        let shop = Shop::start("memory:", options, None).await;
        let host = format!("shop.example:{}", shop.port);
        let visit =
            format!("curl -s -b jar -c jar --resolve {host}:127.0.0.1 -X POST http://{host}/visit");
        let counted = [0, 1].map(|_| shell(&visit, shop.directory.path()));
        assert_eq!(counted, visits, "{options:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_listens_where_it_is_told_and_says_so() {
    let shop = Shop::start("memory:", &["--host", "0.0.0.0"], None).await;
    let log = shop.directory.log();
    assert!(log.contains(&format!("open http://localhost:{}", shop.port)), "{log}");
    assert!(log.contains("--insecure-cookie"), "{log}");
    // Another address of this machine's loopback.
    let page = shell(&format!("curl -s http://127.0.0.2:{}/me", shop.port), shop.directory.path());
    assert_eq!(page, r#"{"user":null,"visits":0,"cart":[]}"#);
}
