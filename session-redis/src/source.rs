//! Where a connection leads: to the server of a URL, or to whichever the sentinels name.

use std::sync::atomic::{AtomicUsize, Ordering};

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ErrorKind, ProtocolVersion,
    PushInfo, PushKind, RedisError, RedisResult, cmd,
};

/// How a server is found, anew for each connection.
pub(crate) enum Source {
    /// It has an address.
    Server(Client),
    /// The sentinels know its address.
    Sentinel(Sentinel),
}

/// The sentinels that watch over a master.
pub(crate) struct Sentinel {
    sentinels: Vec<Client>,
    /// The next one to ask, so that one which is down or wrong is not asked twice in a row.
    next: AtomicUsize,
    name: String,
    login: ConnectionInfo,
}

impl Source {
    pub(crate) fn server(info: ConnectionInfo) -> RedisResult<Self> {
        Ok(Self::Server(Client::open(prepared(info))?))
    }

    /// The master of this name, which is logged in to as `login` says.
    pub(crate) fn sentinel(
        sentinels: Vec<ConnectionInfo>,
        name: String,
        login: ConnectionInfo,
    ) -> RedisResult<Self> {
        let open = |info| Client::open(prepared(info));
        Ok(Self::Sentinel(Sentinel {
            sentinels: sentinels.into_iter().map(open).collect::<RedisResult<_>>()?,
            next: AtomicUsize::new(0),
            name,
            login: prepared(login),
        }))
    }

    /// Connects; `closed` is called when the server has closed the connection.
    pub(crate) async fn open(
        &self,
        closed: impl Fn() + Send + Sync + 'static,
    ) -> RedisResult<MultiplexedConnection> {
        match self {
            Self::Server(client) => connect(client, closed).await,
            Self::Sentinel(sentinel) => connect(&sentinel.master().await?, closed).await,
        }
    }
}

impl Sentinel {
    async fn master(&self) -> RedisResult<Client> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let mut connection = connect(&self.sentinels[turn % self.sentinels.len()], || ()).await?;
        let address: Option<(String, u16)> = cmd("SENTINEL")
            .arg("GET-MASTER-ADDR-BY-NAME")
            .arg(&self.name)
            .query_async(&mut connection)
            .await?;
        let (host, port) = address.ok_or_else(|| {
            let message = "the sentinel knows no master of this name";
            RedisError::from((ErrorKind::MasterNameNotFoundBySentinel, message, self.name.clone()))
        })?;
        Client::open(at(&self.login, host, port))
    }
}

/// Each command waits as long as its caller says, and each connection as long as the link says.
async fn connect(
    client: &Client,
    closed: impl Fn() + Send + Sync + 'static,
) -> RedisResult<MultiplexedConnection> {
    let pushed = move |push: PushInfo| {
        if push.kind == PushKind::Disconnection {
            closed();
        }
        Ok::<(), ()>(())
    };
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(None)
        .set_response_timeout(None)
        .set_push_sender(pushed);
    client.get_multiplexed_async_connection_with_config(&config).await
}

/// RESP3, in which a closed connection is noticed while nobody waits for an answer; each command
/// on its way at once; and nothing said that was not asked for.
fn prepared(info: ConnectionInfo) -> ConnectionInfo {
    #[cfg(feature = "tls-rustls")]
    if matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
        choose_cryptography();
    }
    let redis = info.redis_settings().clone();
    let redis = redis.set_protocol(ProtocolVersion::RESP3).set_skip_set_lib_name();
    let tcp = info.tcp_settings().clone().set_nodelay(true);
    info.set_redis_settings(redis).set_tcp_settings(tcp)
}

/// rustls panics at the first connection if the program did not choose and left it no single choice.
#[cfg(feature = "tls-rustls")]
fn choose_cryptography() {
    use rustls::crypto::{CryptoProvider, ring};

    if CryptoProvider::get_default().is_none() {
        // If somebody else was faster, there is one now.
        let _ = ring::default_provider().install_default();
    }
}

/// The same way of logging in, at another address.
pub(crate) fn at(info: &ConnectionInfo, host: String, port: u16) -> ConnectionInfo {
    let address = match info.addr().clone() {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
            ConnectionAddr::TcpTls { host, port, insecure, tls_params }
        }
        _ => ConnectionAddr::Tcp(host, port),
    };
    info.clone().set_addr(address)
}
