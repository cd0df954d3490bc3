//! SQLite's file and its log.

use session_sqlx::SqliteStore;
use session_test_support::TempDirectory;

use super::app::{DEADLINE, required_sealing, use_sessions};
use super::files::{check, dump};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_no_secret_and_with_keys_no_content() {
    for sealing in [None, Some(required_sealing())] {
        let sealed = sealing.is_some();
        let directory = TempDirectory::new("TERM");
        let builder = SqliteStore::builder().deadline(DEADLINE);
        let store = builder.open(directory.path().join("sessions.db")).await;
        let store = store.expect("the directory is ours");
        store.migrate().await.expect("the file is new");
        let secrets = use_sessions(store.clone(), sealing).await;
        check(&dump(directory.path()), &secrets, sealed);
    }
}
