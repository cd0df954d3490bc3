//! The cookie for development, which travels without TLS: whoever builds with it is warned.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use session_axum::{MemoryStore, SessionCookie, Sessions};
use tracing_subscriber::fmt;

use super::app::Shop;

/// Where the log of one thread goes.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics here").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is logged while sessions with this cookie are built, line by line.
fn log_of(cookie: SessionCookie) -> Vec<String> {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = fmt().with_ansi(false).without_time().with_writer(move || writer.clone());
    tracing::subscriber::with_default(subscriber.finish(), || {
        let builder = Sessions::<Shop>::builder(MemoryStore::new()).without_cleaner();
        builder.cookie(cookie).build().expect("the cookie is sound");
    });
    let text = String::from_utf8(log.0.lock().expect("nobody panics here").clone());
    text.expect("it is text").lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn whoever_builds_with_the_development_cookie_is_warned() {
    let cookie = SessionCookie::insecure_for_development("dev").expect("it is a name");
    for cookie in [cookie.clone(), cookie.strict()] {
        let log = log_of(cookie);
        let warning = "WARN session: the session cookie is sent without TLS: for development only cookie=\"dev\"";
        assert!(log.contains(&warning.to_owned()), "{log:#?}");
    }
}

#[test]
fn no_other_cookie_is_warned_of() {
    for cookie in [
        SessionCookie::default(),
        SessionCookie::host("admin").expect("it is a name"),
        SessionCookie::domain("session", "example.com").expect("it is a domain"),
    ] {
        let log = log_of(cookie);
        assert!(!log.iter().any(|line| line.contains("TLS")), "{log:#?}");
        assert!(log.iter().any(|line| line.contains("no keys")), "the log is heard: {log:#?}");
    }
}
