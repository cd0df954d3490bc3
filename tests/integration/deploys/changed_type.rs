//! A field whose type has changed: what one release wrote does not decode in the other.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

use axum::Router;
use session_tests::{TestStore, on_each_store};

use super::releases::Releases;

/// A field whose type has changed stays for the release that can read it, until the other one sets it.
async fn a_field_whose_type_changed_is_defaulted_and_reported_and_stays<S: TestStore>(store: S) {
    let releases = Releases::on(store);
    capture_log();

    let visitor = releases.visitor().await;
    let look = async |release: &Router| visitor.at(release).get("/").await.ok();
    visitor.at(&releases.old).post("/shop/7").await.ok();
    assert_eq!(releases.shared.defaulted(), [""; 0]);
    assert!(look(&releases.new).await.contains("hue: 0"));
    visitor.at(&releases.new).post("/shop/8").await.ok();
    assert_eq!(releases.shared.defaulted(), ["theme"; 2]);
    assert!(look(&releases.old).await.contains("theme-7"));
    assert_eq!(releases.shared.defaulted(), [""; 0]);

    visitor.at(&releases.new).post("/paint").await.ok();
    assert_eq!(releases.shared.defaulted(), ["theme"]);
    assert!(look(&releases.new).await.contains("hue: 240"));
    assert_eq!(releases.shared.defaulted(), [""; 0]);
    assert!(look(&releases.old).await.contains("theme: \"\""));
    assert_eq!(releases.shared.defaulted(), ["theme"]);

    let printed = releases.shared.printed();
    for text in [printed, captured_log()] {
        assert!(text.contains("theme"), "the field is named: {text}");
        for value in ["theme-7", "hue", "=240", " 240", "voucher", "nick-7"] {
            assert!(!text.contains(value), "{value} is shown: {text}");
        }
    }
}

on_each_store!(a_field_whose_type_changed_is_defaulted_and_reported_and_stays);

thread_local! {
    /// What `tracing` wrote in this thread, which is this test's.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Captures the log from now on, for all tests of this process: of subscribers that come and go with single
/// tests `tracing` may forget one.
fn capture_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing_subscriber::fmt().with_ansi(false).with_writer(|| Log).init());
}

fn captured_log() -> String {
    LOG.with_borrow(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

/// Where the log goes.
struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
