//! The errors of PostgreSQL: what they say of a row, and of the URL.

use std::time::Duration;

use session_sqlx::PostgresStore;
use session_test_support::Postgres;
use session_tests::Client;
use sqlx::{Connection as _, PgConnection};

use crate::app::TestApp;
use crate::output;
use crate::secret::{Secret, none_is_in};

/// The server answers "Failing row contains (…)", with every column.
#[tokio::test]
async fn a_row_that_the_server_refuses_is_not_shown() {
    output::capture();
    let url = Postgres::shared().await.database().await;
    let builder = PostgresStore::builder().deadline(Duration::from_secs(20));
    let store = builder.connect(&url).await.expect("the server is up");
    store.migrate().await.expect("the database is empty");
    let app = TestApp::new(store);
    let mut client = app.log_in().await;
    let mut connection = PgConnection::connect(&url).await.expect("the server is up");
    let refuse = "ALTER TABLE sessions ADD CHECK (octet_length(fields) < 10) NOT VALID";
    sqlx::raw_sql(refuse).execute(&mut connection).await.expect("it is a constraint");

    assert_eq!(client.post("/notice").await.status, 503);
    assert_eq!(client.post("/rotate").await.status, 503);
    assert_eq!(Client::new(&app.router).post("/notice").await.status, 503);
    let said = output::captured();
    assert!(String::from_utf8_lossy(&said).contains("violates check constraint"));
    none_is_in(&said, "what was said", &app.secrets());
}

#[tokio::test]
async fn the_password_in_a_url_is_not_shown() {
    output::capture();
    for url in [
        "postgres://app:canary-of-a-password@127.0.0.1:1/app",
        "postgres://app:canary-of-a-password@127.0.0.1:port/app",
        "postgres://app:canary-of-a-password@[::1/app",
        "mysql://app:canary-of-a-password@127.0.0.1/app",
        "postgres://app:canary-of-a-password@127.0.0.1/app?sslmode=canary",
    ] {
        match PostgresStore::connect(url).await {
            Ok(store) => panic!("nobody listens there: {store:?}"),
            Err(error) => output::print_error(&error),
        }
    }
    let builder =
        PostgresStore::builder().connect("postgres://app:canary-of-a-password@127.0.0.1:1/app");
    output::print_error(&builder.await.expect_err("nobody listens there"));
    let password = Secret::text("canary-of-a-password");
    none_is_in(&output::captured(), "what was said", &[password]);
}
