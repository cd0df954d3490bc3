//! The path of the database file, its permissions, and the configuration.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use session_sqlx::SqliteStore;
use session_sqlx::sqlite::{ConfigError, OpenError};

use super::fixtures::{
    Database, directory, error_chain, insert, loaded, mode, patient, store, stored,
};

fn permit(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

async fn refused(path: impl AsRef<Path>) -> OpenError {
    let opened = SqliteStore::open(path).await;
    opened.expect_err("it is not to be opened")
}

#[tokio::test]
async fn the_file_and_what_lies_beside_it_are_the_owners_alone() {
    let (store, database) = store(patient()).await;
    stored(&store, insert()).await;
    for suffix in ["", "-wal", "-shm"] {
        assert_eq!(mode(&database.beside(suffix)), 0o600, "sessions.db{suffix}");
    }
}

#[tokio::test]
async fn a_url_is_no_path() {
    for url in ["sqlite:sessions.db", "sqlite://sessions.db", "sqlite::memory:"] {
        let error = refused(url).await;
        assert!(matches!(&error, OpenError::NotAPath(given) if given == url), "{error:?}");
        assert!(!std::path::Path::new(url).exists(), "{url}");
    }
}

#[tokio::test]
async fn a_directory_that_everybody_may_write_to_is_refused() {
    let directory = directory();
    for mode in [0o777, 0o1777, 0o703] {
        permit(&directory, mode);
        let error = refused(directory.join("sessions.db")).await;
        assert!(matches!(error, OpenError::PublicDirectory(_)), "{error:?}");
        assert!(error_chain(&error).contains("mkdir -m 700"), "{}", error_chain(&error));
        assert_eq!(fs::read_dir(&directory).expect("it is ours").count(), 0);
    }
    permit(&directory, 0o775);
    let opened = SqliteStore::open(directory.join("sessions.db")).await;
    opened.expect("a group is chosen");
}

#[tokio::test]
async fn a_symbolic_link_to_a_public_directory_is_refused() {
    let (private, public) = (directory(), directory());
    permit(&public, 0o777);
    fs::write(public.join("sessions.db"), "").expect("it is ours");
    symlink(public.join("sessions.db"), private.join("file.db")).expect("it is ours");
    symlink(&public, private.join("directory")).expect("it is ours");
    for path in ["file.db", "directory/sessions.db", "directory/new.db"] {
        let error = refused(private.join(path)).await;
        assert!(matches!(error, OpenError::PublicDirectory(_)), "{path}: {error:?}");
    }
    symlink(private.join("nowhere.db"), private.join("dangling.db")).expect("it is ours");
    let error = refused(private.join("dangling.db")).await;
    assert!(matches!(error, OpenError::Create { .. }), "{error:?}");
}

#[tokio::test]
async fn a_file_that_everybody_may_write_to_is_refused() {
    let (_, database) = store(patient()).await;
    permit(&database.0, 0o666);
    let error = refused(&database.0).await;
    assert!(matches!(error, OpenError::PublicFile(_)), "{error:?}");
    permit(&database.0, 0o640);
    database.unmigrated(patient()).await;
    assert_eq!(mode(&database.0), 0o640, "what an operator chose stays");
}

#[tokio::test]
async fn a_url_has_the_form_that_sqlx_gives_it() {
    let database = Database::new();
    let path = database.0.display().to_string();
    let first =
        SqliteStore::connect(&format!("sqlite://{path}")).await.expect("the file is created");
    first.migrate().await.expect("the file is new");
    let record = stored(&first, insert()).await;
    for url in [
        format!("sqlite:{path}"),
        format!("sqlite://{path}?mode=rwc"),
        format!("sqlite://{path}?mode=rw&cache=shared"),
    ] {
        let again = SqliteStore::connect(&url).await.expect("the file is there");
        assert_eq!(
            loaded(&again, record.handle).await.map(|record| record.revision),
            Some(1),
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_database_that_is_not_a_writable_file_is_refused_with_the_reason() {
    let connect = async |url: &str| {
        let opened = SqliteStore::connect(url).await;
        opened.expect_err("there is no such file")
    };
    for url in ["sqlite::memory:", "sqlite://:memory:", "sqlite:", "sqlite://x.db?mode=memory"] {
        let error = connect(url).await;
        assert!(matches!(error, OpenError::InMemory), "{url}: {error:?}");
        assert!(error_chain(&error).contains("MemoryStore"), "{}", error_chain(&error));
    }
    let error = connect("sqlite://x.db?mode=ro").await;
    assert!(matches!(error, OpenError::ReadOnly), "{error:?}");
    let error = connect("sqlite://x.db?mode=rx").await;
    assert!(matches!(error, OpenError::Url(_)), "{error:?}");

    let directory = directory();
    let error = refused(directory.join("not/there.db")).await;
    assert!(matches!(error, OpenError::Create { .. }), "{error:?}");
    assert!(error_chain(&error).contains("not/there.db"), "{}", error_chain(&error));
    let error = refused(&directory).await;
    assert!(matches!(error, OpenError::Sqlite { .. }), "{error:?}");
    fs::write(directory.join("letter.txt"), "Dear Sir or Madam, ".repeat(99)).expect("it is ours");
    permit(&directory.join("letter.txt"), 0o600);
    let error = refused(directory.join("letter.txt")).await;
    assert!(matches!(error, OpenError::Sqlite { .. }), "{error:?}");
}

#[tokio::test]
async fn a_wrong_configuration_is_refused() {
    let database = Database::new();
    for builder in [
        patient().table("a\0"),
        patient().table("SQLite_sessions"),
        patient().readers(0),
        patient().queue(0),
        patient().deadline(std::time::Duration::ZERO),
    ] {
        let opened = builder.open(&database.0).await;
        let error = opened.expect_err("it makes no sense");
        assert!(
            matches!(error, OpenError::Config(ConfigError::Name { .. } | ConfigError::Zero(_))),
            "{error:?}"
        );
        assert!(!database.0.exists(), "nothing is created for it");
    }
}

#[tokio::test]
async fn the_debug_output_shows_no_session() {
    let (store, database) = store(SqliteStore::builder().table("logins")).await;
    let path = database.0.display();
    assert_eq!(
        format!("{store:?}"),
        format!("SqliteStore {{ file: \"{path}\", table: logins, readers: 4, deadline: 2s, .. }}")
    );
}
