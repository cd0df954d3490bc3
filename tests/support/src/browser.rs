//! A headless browser with an empty profile, driven through `WebDriver`.

use std::net::SocketAddr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;

use thirtyfour::common::capabilities::firefox::FirefoxPreferences;
use thirtyfour::{Capabilities, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};
use tokio::net::TcpStream;

use crate::{TempDirectory, free_address};

/// Chromium asks nobody outside for anything, runs as root, and does without a GPU or a large `/dev/shm`.
const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
];

/// Firefox keeps no page with listeners to its end for the back button, and the driver puts one into each page.
const BACK_FORWARD_CACHE: [&str; 2] =
    ["docshell.shistory.bfcache.allow_unload_listeners", "fission.bfcache.allow_unload_listeners"];

/// Where `scripts/geckodriver.sh` puts it.
const GECKODRIVER: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/geckodriver/bin/geckodriver");

/// Which browser is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrowserKind {
    /// Chromium or Chrome, with chromedriver.
    Chromium,
    /// Firefox, with geckodriver.
    Firefox,
}

impl BrowserKind {
    /// That of this test run: Chromium, or what the variable `TEST_BROWSER` names.
    pub fn of_this_run() -> Self {
        match std::env::var("TEST_BROWSER").as_deref() {
            Err(_) | Ok("chromium") => Self::Chromium,
            Ok("firefox") => Self::Firefox,
            Ok(other) => panic!("TEST_BROWSER is chromium or firefox, and not {other:?}"),
        }
    }

    /// The driver's program. What is missing fails the test with the command that installs it.
    fn driver(self) -> PathBuf {
        match self {
            Self::Chromium => installed(&["chromedriver"], "apt-get install chromium-driver"),
            Self::Firefox => installed(&[GECKODRIVER, "geckodriver"], "scripts/geckodriver.sh"),
        }
    }

    /// What the driver is asked for: a browser with its profile in this directory.
    fn capabilities(self, directory: &Path) -> Capabilities {
        match self {
            Self::Chromium => {
                let mut capabilities = DesiredCapabilities::chrome();
                let profile = format!("--user-data-dir={}", directory.join("profile").display());
                for flag in FLAGS.into_iter().chain([profile.as_str()]) {
                    capabilities.add_arg(flag).expect("a flag is valid JSON");
                }
                capabilities.into()
            }
            Self::Firefox => {
                let program = installed(&["firefox-esr", "firefox"], "apt-get install firefox-esr");
                let mut capabilities = DesiredCapabilities::firefox();
                let program = program.to_str().expect("its path is UTF-8");
                capabilities.set_firefox_binary(program).expect("a path is valid JSON");
                capabilities.add_arg("-headless").expect("a flag is valid JSON");
                let mut preferences = FirefoxPreferences::new();
                for preference in BACK_FORWARD_CACHE {
                    preferences.set(preference, true).expect("it is valid JSON");
                }
                capabilities.set_preferences(preferences).expect("they are valid JSON");
                capabilities.into()
            }
        }
    }
}

/// The first of these programs that is there, by its path or in `PATH`.
fn installed(programs: &[&str], command: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let found = programs.iter().find_map(|program| {
        // Joined with an absolute path, a folder does not count.
        folders.iter().map(|folder| folder.join(program)).find(|program| program.is_file())
    });
    found.unwrap_or_else(|| {
        panic!("{} is not installed: {command}", programs.last().expect("one at least"))
    })
}

/// A running browser; it derefs to the [`WebDriver`] that steers it.
///
/// Dropping it ends it too, and no process of it stays behind; [`close`](Self::close) is the tidy way.
#[derive(Debug)]
pub struct Browser {
    kind: BrowserKind,
    driver: WebDriver,
    /// Dropped after `driver`: the browser's profile and processes.
    _directory: TempDirectory,
}

impl Browser {
    /// Starts the browser of this test run, which has seen no page yet.
    pub async fn start() -> Self {
        let kind = BrowserKind::of_this_run();
        let directory = TempDirectory::new("TERM");
        let address = start_driver(kind, &directory).await;
        let capabilities = kind.capabilities(directory.path());
        let driver =
            WebDriver::new(format!("http://{address}"), capabilities).await.unwrap_or_else(
                |error| panic!("{kind:?} does not start: {error}\n{}", directory.log()),
            );
        Self { kind, driver, _directory: directory }
    }

    /// Which browser it is.
    pub fn kind(&self) -> BrowserKind {
        self.kind
    }

    /// Ends the browser in good order.
    pub async fn close(self) {
        self.driver.clone().quit().await.expect("the browser runs until it is told to end");
    }
}

async fn start_driver(kind: BrowserKind, directory: &TempDirectory) -> SocketAddr {
    let program = kind.driver();
    for _ in 0..10 {
        let address = free_address();
        let mut command = Command::new(&program);
        // A home of its own, so that nothing is written to, or read from, the user's.
        command.arg(format!("--port={}", address.port())).env("HOME", directory.path());
        if kind == BrowserKind::Firefox {
            command.arg("--profile-root").arg(directory.path());
        }
        if directory.launch(&mut command, async || TcpStream::connect(address).await.is_ok()).await
        {
            return address;
        }
    }
    panic!("{} does not start:\n{}", program.display(), directory.log());
}

impl Deref for Browser {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.driver
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Without this the driver, dropped next, would block to ask for what the directory does anyway.
        let _ = self.driver.clone().leak();
    }
}
