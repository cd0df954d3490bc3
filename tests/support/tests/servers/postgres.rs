//! The test kit keeps its promises: servers freeze, die and come back, round trips are counted, a browser browses.

use std::env;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use session_tests::{Browser, Postgres, Proxy, Redis};
use sqlx::{Connection, PgConnection};
use thirtyfour::By;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// Long enough for anything that is not held up on purpose.
const SOON: Duration = Duration::from_secs(30);
/// How long a test watches that nothing happens.
const A_WHILE: Duration = Duration::from_millis(300);

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

/// The victim is this test again, in a process of its own: it starts a server, freezes it and waits for its end.
#[tokio::test]
async fn nothing_outlives_a_killed_test_process() {
    const VICTIM: &str = "SESSION_TESTS_VICTIM";
    if env::var_os(VICTIM).is_some() {
        let server = Postgres::start().await;
        server.freeze();
        println!("\n{VICTIM} {}", server.address());
        std::future::pending::<()>().await;
    }
    let mut victim = Command::new(env::current_exe().expect("this is a program"))
        .args(["--exact", "nothing_outlives_a_killed_test_process", "--nocapture"])
        .env(VICTIM, "")
        .stdout(Stdio::piped())
        .spawn()
        .expect("it can be run twice");
    let address: SocketAddr = BufReader::new(victim.stdout.take().expect("it is piped"))
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix(VICTIM)?.trim().parse().ok())
        .expect("the victim starts a server");
    assert!(TcpStream::connect(address).await.is_ok());
    victim.kill().and_then(|()| victim.wait()).expect("it is our own child");
    let gone = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, gone).await.expect("the server ends with its test");
}

/// Sends one command to Redis, as a person would type it.
async fn redis(connection: &mut TcpStream, command: &str) -> String {
    connection.write_all(format!("{command}\r\n").as_bytes()).await.expect("the server listens");
    let mut answer = [0; 100];
    let length = connection.read(&mut answer).await.expect("the server answers");
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn redis_freezes_dies_and_comes_back() {
    for (server, kept) in
        [(Redis::start().await, "$-1\r\n"), (Redis::durable().await, "$1\r\n1\r\n")]
    {
        let mut connection = TcpStream::connect(server.address()).await.expect("it listens");
        assert_eq!(redis(&mut connection, "SET a 1").await, "+OK\r\n");
        server.freeze();
        {
            let mut answer = Box::pin(redis(&mut connection, "GET a"));
            assert!(timeout(A_WHILE, &mut answer).await.is_err());
            server.thaw();
            assert_eq!(answer.await, "$1\r\n1\r\n");
        }
        server.kill();
        assert!(TcpStream::connect(server.address()).await.is_err());
        server.restart().await;
        let mut connection = TcpStream::connect(server.address()).await.expect("it listens again");
        assert_eq!(redis(&mut connection, "GET a").await, kept);
    }
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

/// Serves one page, at every path.
async fn page(html: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = client.read(&mut request).await;
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length:";
                client.write_all(format!("{head} {}\r\n\r\n{html}", html.len()).as_bytes()).await
            });
        }
    });
    address
}

#[tokio::test]
async fn a_browser_loads_a_page_and_runs_its_script() {
    let address =
        page("<title>Shop</title><p id=greeting></p><script>greeting.append('hello')</script>")
            .await;
    let browser = Browser::start().await;
    browser.goto(format!("http://{address}/")).await.expect("the page is served");
    assert_eq!(browser.title().await.expect("it has one"), "Shop");
    let greeting = browser.find(By::Id("greeting")).await.expect("it is on the page");
    assert_eq!(greeting.text().await.expect("it has text"), "hello");
    browser.close().await;
}
