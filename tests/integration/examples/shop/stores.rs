//! The same program on each store, and its help.

use std::process::Command;

use session_test_support::{Postgres, Redis};

use super::program::built;
use crate::examples::program::{Program, shell};

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_on_every_store_and_says_on_which() {
    let database = Postgres::shared().await.database().await;
    let redis = Redis::start().await;
    let redis = redis.url();
    for (options, kind) in [
        (&["--store", "memory"][..], "memory"),
        (&[], "SQLite"),
        (&["--store", "postgres", "--url", &database], "PostgreSQL"),
        (&["--store", "redis", "--url", &redis], "Redis"),
    ] {
        let shop = Program::run(built(), options).await;
        let curl = |rest: &str| {
            let rest = rest.replace("SHOP", &format!("localhost:{}", shop.port));
            shell(&format!("curl -s -b jar -c jar {rest}"), shop.directory.path())
        };
        curl("-X POST SHOP/cart/cup");
        curl("-d 'name=ann&password=two sugars' SHOP/login");
        let cart = curl("SHOP/cart");
        for words in [&format!("in {kind}."), ">Ann<", "€14.50", "a log-in: 1 → 2"] {
            assert!(cart.contains(words), "{kind}: {words} in {cart}");
        }
        curl("-X POST SHOP/logout");
        assert!(curl("SHOP/cart").contains("It is empty."), "{kind}");
    }
}

#[test]
fn the_help_names_every_option() {
    let help = Command::new(built()).arg("--help").output().expect("it can be started");
    let help = String::from_utf8(help.stdout).expect("it speaks UTF-8");
    for option in
        ["--store STORE", "--url URL", "--port N", "--host ADDRESS", "--insecure-cookie", "--help"]
    {
        assert!(help.contains(&format!("\n  {option} ")), "{option}: {help}");
    }
}
