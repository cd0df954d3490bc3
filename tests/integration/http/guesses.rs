//! Guesses: what a wrong secret, or a handle that somebody made up, costs and does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_core::Now;
use session_core::store::Record;
use session_tests::{Call, Client, TestStore, on_each_store};

use super::app::{TestApp, parts, state};

on_each_store!(
    a_secret_that_is_wrong_in_any_byte_costs_what_a_right_one_does,
    a_handle_that_spells_a_statement_or_a_path_is_looked_up_and_no_more,
);

/// A cookie's value of this handle and secret.
fn value(handle: [u8; 16], secret: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode([&handle[..], &secret].concat())
}

/// A secret that shares 31 bytes with the right one, and one that shares none, are one load each; so is a handle
/// that nobody has, and so is the right one.
async fn a_secret_that_is_wrong_in_any_byte_costs_what_a_right_one_does<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    let (handle, secret) = parts(client.session().expect("it was set"));
    let mut guesses = vec![secret.map(|byte| !byte), [0; 32]];
    for place in 0..32 {
        let mut guess = secret;
        guess[place] ^= 1 << (place % 8);
        guesses.push(guess);
    }
    for guess in guesses {
        let reply = Client::with_session(&app.router, &value(handle, guess)).get("/look").await;
        assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
        assert_eq!(reply.body, "0");
        assert_eq!(app.store.take_calls(), [Call::Load]);
    }
    let nobodys = value(handle.map(|byte| !byte), secret);
    assert_eq!(Client::with_session(&app.router, &nobodys).get("/look").await.ok(), "0");
    assert_eq!(app.store.take_calls(), [Call::Load]);
    assert_eq!(client.post("/account").await.ok(), "ann");
    assert_eq!(app.store.take_calls(), [Call::Load]);
}

/// Texts of 16 bytes, which are what a store may take for more than a name. A token can have any handle.
const TEXTS: [&[u8; 16]; 8] = [
    b"' OR '1'='1' -- ",
    b"';DROP TABLE s;-",
    b"../../etc/passwd",
    b"..\\..\\..\\..\\host",
    b"*\r\nFLUSHALL\r\n   ",
    b"$1 OR TRUE; --  ",
    b"{a}:b:*?[a-z]\\  ",
    b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
];

async fn a_handle_that_spells_a_statement_or_a_path_is_looked_up_and_no_more<S: TestStore>(
    store: S,
) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    let before = records(&app).await;
    for text in TEXTS {
        for path in ["/look", "/state"] {
            let mut guess = Client::with_session(&app.router, &value(*text, [7; 32]));
            assert_eq!(guess.get(path).await.summary(), "200, no Set-Cookie, Vary: Cookie");
            assert_eq!(app.store.take_calls(), [Call::Load], "{text:?}");
        }
        let mut guess = Client::with_session(&app.router, &value(*text, [7; 32]));
        guess.post("/visit").await.ok();
        let (handle, _) = parts(guess.session().expect("it has begun"));
        assert_ne!(handle, *text);
        guess.post("/log-out").await.ok();
        app.reset();
    }
    assert_eq!(records(&app).await, before, "nothing else changed");
    assert_eq!(state(&mut client).await.user.as_deref(), Some("ann"));
}

async fn records<S: TestStore>(app: &TestApp<S>) -> Vec<Record> {
    app.store.records(Now::At(app.clock.now())).await
}

/// Paths out of the directory, statements and commands, in the place of a token: no file of the directory, or of the
/// one around it, is another one afterwards.
#[cfg(feature = "sqlite")]
#[tokio::test]
async fn no_text_of_a_cookie_touches_a_file() {
    let around = session_test_support::TempDirectory::new("TERM");
    let directory = around.path().join("data");
    std::fs::create_dir(&directory).expect("the directory is ours");
    std::fs::write(around.path().join("passwd"), "root").expect("the directory is ours");
    let store = session_sqlx::SqliteStore::builder().open(directory.join("sessions.db")).await;
    let store = store.expect("the directory is ours");
    store.migrate().await.expect("the file is new");
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    let before = files(around.path());
    assert!(before.len() >= 2, "{:?}", before.keys());
    let absolute = around.path().join("passwd").display().to_string();
    for text in [
        "../passwd",
        "../../passwd",
        "..%2fpasswd",
        "data/../../passwd",
        &absolute,
        "sessions.db",
        "file:sessions.db?mode=rwc",
        "'; ATTACH DATABASE 'evil.db' AS evil; --",
        "'; DROP TABLE sessions; --",
        "$(touch evil)",
        "|touch evil",
    ] {
        for text in [text.to_owned(), format!("{text:.<64}"), format!("{text:/<96}")] {
            let mut guess = Client::with_session(&app.router, &text);
            assert_eq!(guess.get("/look").await.ok(), "0", "{text}");
            assert_eq!(app.store.take_calls(), [], "{text}");
        }
    }
    assert!(files(around.path()) == before, "a file has changed");
    assert_eq!(client.post("/account").await.ok(), "ann");
}

/// Every file below a directory, with its bytes.
#[cfg(feature = "sqlite")]
fn files(directory: &std::path::Path) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    for entry in std::fs::read_dir(directory).expect("it is a directory") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = std::fs::read(&path).expect("it can be read");
            found.insert(path, bytes);
        }
    }
    found
}
