//! A headless Chromium with an empty profile, driven through `WebDriver`.

use std::net::SocketAddr;
use std::ops::Deref;
use std::process::Command;

use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};
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

/// A running browser; it derefs to the [`WebDriver`] that steers it.
///
/// Dropping it ends it too, and no process of it stays behind; [`close`](Self::close) is the tidy way.
#[derive(Debug)]
pub struct Browser {
    driver: WebDriver,
    /// Dropped after `driver`: the browser's profile and processes.
    _directory: TempDirectory,
}

impl Browser {
    /// Starts chromedriver and a browser that has seen no page yet.
    pub async fn start() -> Self {
        let directory = TempDirectory::new("TERM");
        let address = start_chromedriver(&directory).await;

        let mut capabilities = DesiredCapabilities::chrome();
        let profile = format!("--user-data-dir={}", directory.path().join("profile").display());
        for flag in FLAGS.into_iter().chain([profile.as_str()]) {
            capabilities.add_arg(flag).expect("a flag is valid JSON");
        }
        let driver =
            WebDriver::new(format!("http://{address}"), capabilities).await.unwrap_or_else(
                |error| panic!("Chromium does not start: {error}\n{}", directory.log()),
            );
        Self { driver, _directory: directory }
    }

    /// Ends the browser in good order.
    pub async fn close(self) {
        self.driver.clone().quit().await.expect("the browser runs until it is told to end");
    }
}

async fn start_chromedriver(directory: &TempDirectory) -> SocketAddr {
    for _ in 0..10 {
        let address = free_address();
        let mut command = Command::new("chromedriver");
        // A home of its own, so that nothing is written to, or read from, the user's.
        command.arg(format!("--port={}", address.port())).env("HOME", directory.path());
        if directory.launch(&mut command, async || TcpStream::connect(address).await.is_ok()).await
        {
            return address;
        }
    }
    panic!("chromedriver does not start:\n{}", directory.log());
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
