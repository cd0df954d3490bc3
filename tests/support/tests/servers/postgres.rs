//! PostgreSQL is shared, watched, frozen, killed and restarted.

use session_test_support::{Postgres, Proxy};
use sqlx::{Connection, PgConnection};
use tokio::time::timeout;

use crate::{A_WHILE, SOON};

async fn connect(url: &str) -> PgConnection {
    timeout(SOON, PgConnection::connect(url)).await.expect("it answers").expect("it lets us in")
}

async fn one(connection: &mut PgConnection) -> sqlx::Result<i32> {
    sqlx::query_scalar("SELECT $1::int").bind(1).fetch_one(connection).await
}

#[tokio::test]
async fn tests_share_a_server_and_each_has_a_database() {
    let server = Postgres::shared().await;
    let (first, second) = (server.database().await, server.database().await);
    assert_ne!(first, second);
    let mut connection = connect(&first).await;
    sqlx::query("CREATE TABLE t (n int)")
        .execute(&mut connection)
        .await
        .expect("the database is empty");
    let there: Option<String> = sqlx::query_scalar("SELECT to_regclass('t')::text")
        .fetch_one(&mut connect(&second).await)
        .await
        .expect("the database answers");
    assert_eq!(there, None);
}

#[tokio::test]
async fn the_statements_of_one_database_are_counted() {
    let server = Postgres::shared().await;
    let database = server.database().await;
    let mut connection = connect(&database).await;
    one(&mut connection).await.expect("it answers");
    server.reset_statements(&database).await;
    assert_eq!(server.statements(&database).await, []);
    for _ in 0..3 {
        one(&mut connection).await.expect("it answers");
    }
    assert_eq!(server.statements(&database).await, [("SELECT $1::int".to_owned(), 3)]);
}

#[tokio::test]
async fn a_frozen_server_answers_nobody_until_it_is_thawed() {
    let server = Postgres::start().await;
    let mut connection = connect(&server.url("postgres")).await;
    server.freeze();
    let mut query = Box::pin(one(&mut connection));
    assert!(timeout(A_WHILE, &mut query).await.is_err());
    assert!(timeout(A_WHILE, PgConnection::connect(&server.url("postgres"))).await.is_err());
    server.thaw();
    let answer = timeout(SOON, query).await.expect("it goes on");
    assert_eq!(answer.expect("the connection survived"), 1);
}

#[tokio::test]
async fn a_killed_server_comes_back_with_what_was_committed() {
    for server in [Postgres::start().await, Postgres::durable().await] {
        let url = server.url("postgres");
        let mut connection = connect(&url).await;
        sqlx::query("CREATE TABLE t (n int)")
            .execute(&mut connection)
            .await
            .expect("the name is free");
        for n in 0..10 {
            sqlx::query("INSERT INTO t VALUES ($1)")
                .bind(n)
                .execute(&mut connection)
                .await
                .expect("there is room");
        }
        server.kill();
        assert!(one(&mut connection).await.is_err());
        assert!(PgConnection::connect(&url).await.is_err());
        server.restart().await;
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM t")
            .fetch_one(&mut connect(&url).await)
            .await
            .expect("the table is there");
        assert_eq!(rows, 10);
    }
}

#[tokio::test]
async fn a_frozen_server_can_be_killed_and_restarted() {
    let server = Postgres::start().await;
    server.freeze();
    server.restart().await;
    assert_eq!(one(&mut connect(&server.url("postgres")).await).await.expect("it answers"), 1);
}

#[tokio::test]
async fn the_round_trips_of_postgres_are_counted() {
    let server = Postgres::shared().await;
    let proxy = Proxy::before(server.address()).await;
    let mut connection = connect(&proxy.url(&server.database().await)).await;
    one(&mut connection).await.expect("it answers");
    proxy.reset_round_trips();
    one(&mut connection).await.expect("it answers");
    assert_eq!(proxy.round_trips(), 1, "a statement that is prepared already");
    sqlx::raw_sql("SELECT 1; SELECT 2").execute(&mut connection).await.expect("it answers");
    assert_eq!(proxy.round_trips(), 2, "a simple query of two statements");
    connection.ping().await.expect("it answers");
    assert_eq!(proxy.round_trips(), 3, "a ping");
}

#[tokio::test]
async fn a_standby_takes_over_with_what_was_acknowledged_at_an_address_that_moves() {
    let primary = Postgres::durable().await;
    let standby = primary.standby().await;
    let proxy = Proxy::before(primary.address()).await;
    let url = proxy.url(&primary.database().await);
    let mut connection = connect(&url).await;
    for statement in ["CREATE TABLE t (n int)", "INSERT INTO t VALUES (7)"] {
        sqlx::query(statement).execute(&mut connection).await.expect("it is acknowledged");
    }
    primary.kill();
    standby.promote().await;
    proxy.redirect(standby.address()).await;
    let mut connection = connect(&url).await;
    let there: i32 = sqlx::query_scalar("SELECT n FROM t")
        .fetch_one(&mut connection)
        .await
        .expect("the standby has it");
    assert_eq!(there, 7);
    sqlx::query("INSERT INTO t VALUES (8)").execute(&mut connection).await.expect("it may write");
}

#[tokio::test]
async fn a_server_that_may_write_no_file_acknowledges_no_write() {
    let server = Postgres::durable().await;
    let url = server.database().await;
    let mut connection = connect(&url).await;
    server.limit_files(Some(0));
    let create = sqlx::query("CREATE TABLE t (n int)").execute(&mut connection);
    assert!(timeout(SOON, create).await.expect("it answers").is_err());
    server.limit_files(None);
    server.restart().await;
    let mut connection = connect(&url).await;
    sqlx::query("CREATE TABLE t (n int)").execute(&mut connection).await.expect("there is room");
}
