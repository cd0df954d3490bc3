//! The client's settings: how this store connects and talks to a server.

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ProtocolVersion, PushInfo,
    RedisResult,
};

/// Each command waits as long as its caller says, and each connection as long as its connector says. `pushed` is
/// called with what the server says unasked, and with the end of the connection; it is dropped with that.
pub(super) async fn connect(
    client: &Client,
    pushed: impl Fn(PushInfo) + Send + Sync + 'static,
) -> RedisResult<MultiplexedConnection> {
    let pushed = move |push| {
        pushed(push);
        Ok::<(), ()>(())
    };
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(None)
        .set_response_timeout(None)
        .set_push_sender(pushed);
    client.get_multiplexed_async_connection_with_config(&config).await
}

/// A client of the server, which has not connected yet.
pub(super) fn open(info: ConnectionInfo) -> RedisResult<Client> {
    Client::open(prepare(info))
}

/// RESP3, in which a closed connection is noticed while nobody waits for an answer; each command
/// on its way at once; and nothing said that was not asked for.
pub(super) fn prepare(info: ConnectionInfo) -> ConnectionInfo {
    #[cfg(feature = "tls-rustls")]
    if matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
        install_crypto_provider();
    }
    let redis = info.redis_settings().clone();
    let redis = redis.set_protocol(ProtocolVersion::RESP3).set_skip_set_lib_name();
    let tcp = info.tcp_settings().clone().set_nodelay(true);
    info.set_redis_settings(redis).set_tcp_settings(tcp)
}

/// rustls panics at the first connection if the program did not choose and left it no single choice.
#[cfg(feature = "tls-rustls")]
fn install_crypto_provider() {
    use rustls::crypto::{CryptoProvider, ring};

    if CryptoProvider::get_default().is_none() {
        // If somebody else was faster, there is one now.
        let _ = ring::default_provider().install_default();
    }
}

/// The same way of logging in, at another address.
pub(crate) fn with_address(info: &ConnectionInfo, host: String, port: u16) -> ConnectionInfo {
    let address = match info.addr().clone() {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
            ConnectionAddr::TcpTls { host, port, insecure, tls_params }
        }
        _ => ConnectionAddr::Tcp(host, port),
    };
    info.clone().set_addr(address)
}

/// The same server and way of logging in, in another database.
pub(super) fn with_database(info: &ConnectionInfo, database: i64) -> ConnectionInfo {
    info.clone().set_redis_settings(info.redis_settings().clone().set_db(database))
}
