//! Redis is frozen, killed and restarted, and keeps its data if it was told to.

use session_test_support::Redis;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::A_WHILE;

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
