//! The quickstart as a newcomer meets it: the README's commands, a browser, a restart.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::examples::program::{self, shell};
use session_test_support::{Browser, Postgres, Redis, TempDirectory, free_address};
use thirtyfour::prelude::*;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The example, built once as the README says.
fn quickstart() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| program::build("quickstart"))
}

/// A running quickstart.
struct Shop {
    directory: TempDirectory,
    port: u16,
}

impl Shop {
    fn new() -> Self {
        Self { directory: TempDirectory::new("INT"), port: free_address().port() }
    }

    async fn open(store: &str) -> Self {
        let shop = Self::new();
        shop.start(store).await;
        shop
    }

    async fn start(&self, store: &str) {
        self.start_with(store, None).await;
    }

    async fn start_with(&self, store: &str, keys: Option<&str>) {
        let mut command = Command::new(quickstart());
        command.env_remove("SESSION_KEYS").envs(keys.map(|keys| ("SESSION_KEYS", keys)));
        command.args(["--port", &self.port.to_string(), "--store", store]);
        let port = self.port;
        let ready = async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok();
        assert!(
            self.directory.launch(&mut command, ready).await,
            "it starts: {}",
            self.directory.log()
        );
    }
}

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
    let readme = std::fs::read_to_string(format!("{ROOT}/README.md")).expect("the README is there");
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

#[tokio::test(flavor = "multi_thread")]
async fn in_a_browser_everything_is_still_there_after_a_restart() -> WebDriverResult<()> {
    let database = Postgres::shared().await.database().await;
    let shop = Shop::open(&database).await;
    let browser = Browser::start().await;
    // A page that is being replaced has neither its text nor its buttons for a moment.
    let click = async |id| {
        while browser.find(By::Id(id)).await?.click().await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        WebDriverResult::Ok(())
    };
    let shows = async |css: &str, expected: &str| {
        let waiting = async {
            loop {
                let element = browser.find(By::Css(css)).await;
                let shown = match element {
                    Ok(element) => element.text().await.unwrap_or_default(),
                    Err(_) => String::new(),
                };
                if shown == expected {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let shown = tokio::time::timeout(Duration::from_mins(1), waiting).await;
        assert!(shown.is_ok(), "the page shows {expected:?} at {css}");
    };
    let home = format!("http://localhost:{}/", shop.port);

    browser.goto(&home).await?;
    shows("#user", "nobody yet").await;
    click("visit").await?;
    shows("body", "1").await;
    browser.goto(&home).await?;
    shows("#visits", "1").await;
    click("tea").await?;
    shows("#cart", "tea").await;
    click("cup").await?;
    shows("#cart", "tea\ncup").await;
    browser.find(By::Name("user")).await?.send_keys("ann").await?;
    click("login").await?;
    shows("#user", "ann").await;

    shop.directory.kill();
    shop.start(&database).await;
    browser.goto(&home).await?;
    shows("#user", "ann").await;
    shows("#visits", "1").await;
    shows("#cart", "tea\ncup").await;

    let cookie = browser.get_named_cookie("__Host-session").await?;
    assert_eq!((cookie.secure, cookie.path.as_deref()), (Some(true), Some("/")));
    click("logout").await?;
    shows("#user", "nobody yet").await;
    assert!(browser.get_all_cookies().await?.is_empty(), "the jar is empty after the log-out");
    browser.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_cleanly_on_ctrl_c() {
    let shop = Shop::open("memory:").await;
    shop.directory.interrupt();
    tokio::time::timeout(Duration::from_mins(1), async {
        while shop.directory.is_running() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("it stops");
    assert!(shop.directory.log().contains("stopped"), "{}", shop.directory.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_on_two_running_nodes_and_nobody_is_logged_out() {
    let database = Postgres::shared().await.database().await;
    let key = || session_axum::KeyRing::generate().expect("the system's random source works");
    let (old, new) = (key(), key());
    let nodes = [Shop::new(), Shop::new()];
    let jars = tempfile::tempdir().expect("a directory for the jar");
    let curl = |shop: &Shop, rest: &str| {
        shell(
            &format!("curl -s -b jar -c jar {rest}")
                .replace("SHOP", &format!("localhost:{}", shop.port)),
            jars.path(),
        )
    };
    for node in &nodes {
        node.start_with(&database, Some(&old)).await;
    }
    curl(&nodes[0], "-d user=ann SHOP/login");
    let mut visits = 0;
    for keys in [old.clone(), format!("{old} next:{new}"), format!("{new} {old}"), new.clone()] {
        for restarted in &nodes {
            restarted.directory.kill();
            restarted.start_with(&database, Some(&keys)).await;
            for node in &nodes {
                visits += 1;
                assert_eq!(curl(node, "-X POST SHOP/visit"), visits.to_string());
                assert!(curl(node, "SHOP/me").contains("ann"));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_program_runs_on_every_store() {
    let redis = Redis::start().await;
    let key = session_axum::KeyRing::generate().expect("the system's random source works");
    for store in ["sqlite:./quickstart.db", "memory:", &redis.url(), "cookie:"] {
        let shop = Shop::new();
        shop.start_with(store, Some(&key)).await;
        let jars = tempfile::tempdir().expect("a directory for the jar");
        let curl = |rest: &str| {
            shell(
                &format!("curl -s -b jar -c jar {rest}")
                    .replace("SHOP", &format!("localhost:{}", shop.port)),
                jars.path(),
            )
        };
        curl("-X POST SHOP/visit");
        curl("-X POST SHOP/cart/tea");
        curl("-d user=ann SHOP/login");
        assert_eq!(curl("SHOP/me"), r#"{"user":"ann","visits":1,"cart":["tea"]}"#, "{store}");
        if !matches!(store, "memory:") {
            shop.directory.kill();
            shop.start_with(store, Some(&key)).await;
            assert_eq!(curl("SHOP/me"), r#"{"user":"ann","visits":1,"cart":["tea"]}"#, "{store}");
        }
        curl("-X POST SHOP/logout");
        assert_eq!(curl("SHOP/me"), r#"{"user":null,"visits":0,"cart":[]}"#, "{store}");
    }
}
