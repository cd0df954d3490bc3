//! A field whose type has changed: what one release wrote does not decode in the other.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use session_tests::{Fresh, on_each_store};

use crate::deploy::Deploy;

/// A field whose type has changed stays for the release that can read it, until the other one sets it.
async fn a_field_whose_type_changed_is_defaulted_and_reported_and_stays<S: Fresh>(store: S) {
    let deploy = Deploy::on(store);
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let visitor = deploy.visitor().await;
    let look = async |release: &Router| visitor.at(release).get("/").await.ok();
    visitor.at(&deploy.old).post("/shop/7").await.ok();
    assert_eq!(deploy.common.defaulted(), [""; 0]);
    assert!(look(&deploy.new).await.contains("hue: 0"));
    visitor.at(&deploy.new).post("/shop/8").await.ok();
    assert_eq!(deploy.common.defaulted(), ["theme"; 2]);
    assert!(look(&deploy.old).await.contains("theme-7"));
    assert_eq!(deploy.common.defaulted(), [""; 0]);

    visitor.at(&deploy.new).post("/paint").await.ok();
    assert_eq!(deploy.common.defaulted(), ["theme"]);
    assert!(look(&deploy.new).await.contains("hue: 240"));
    assert_eq!(deploy.common.defaulted(), [""; 0]);
    assert!(look(&deploy.old).await.contains("theme: \"\""));
    assert_eq!(deploy.common.defaulted(), ["theme"]);

    let printed = deploy.common.printed();
    for told in [printed, log.text()] {
        assert!(told.contains("theme"), "the field is named: {told}");
        for value in ["theme-7", "hue", "=240", " 240", "voucher", "nick-7"] {
            assert!(!told.contains(value), "{value} is told: {told}");
        }
    }
}

on_each_store!(a_field_whose_type_changed_is_defaulted_and_reported_and_stays);

/// What `tracing` wrote.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
