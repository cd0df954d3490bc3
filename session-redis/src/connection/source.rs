//! The source of connections: the server of a URL, or the master that the sentinels name.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use redis::{Client, ConnectionInfo, ErrorKind, RedisError, RedisResult, cmd};

use super::client::{connect, open, prepare, with_address};

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
        Ok(Self::Server(open(info)?))
    }

    /// The master of this name, which is logged in to as `login` says.
    pub(crate) fn sentinel(
        sentinels: Vec<ConnectionInfo>,
        name: String,
        login: ConnectionInfo,
    ) -> RedisResult<Self> {
        Ok(Self::Sentinel(Sentinel {
            sentinels: sentinels.into_iter().map(open).collect::<RedisResult<_>>()?,
            next: AtomicUsize::new(0),
            name,
            login: prepare(login),
        }))
    }

    /// The server to connect to.
    pub(super) async fn resolve(&self) -> RedisResult<Client> {
        match self {
            Self::Server(client) => Ok(client.clone()),
            Self::Sentinel(sentinel) => sentinel.master().await,
        }
    }

    /// Whether another server has certainly taken the place of this one.
    pub(super) async fn names_another(&self, server: &str) -> bool {
        match self {
            Self::Server(_) => false,
            Self::Sentinel(sentinel) => sentinel.name_another(server).await,
        }
    }

    /// Where the server is, if it is always looked for in the same place.
    pub(super) fn fixed_address(&self) -> Option<String> {
        match self {
            Self::Server(client) => Some(client.get_connection_info().addr().to_string()),
            Self::Sentinel(_) => None,
        }
    }

    /// Whether the server is always looked for in the same place.
    pub(super) fn has_fixed_address(&self) -> bool {
        matches!(self, Self::Server(_))
    }
}

impl Sentinel {
    async fn master(&self) -> RedisResult<Client> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        self.master_named_by(&self.sentinels[turn % self.sentinels.len()]).await
    }

    /// Whether most of the sentinels name one and the same other server. One alone may be behind the others.
    async fn name_another(&self, server: &str) -> bool {
        let address = |master: RedisResult<Client>| {
            master.map(|master| master.get_connection_info().addr().to_string()).ok()
        };
        let Some(other) = address(self.master().await).filter(|named| named != server) else {
            return false;
        };
        let named = join_all(self.sentinels.iter().map(|sentinel| self.master_named_by(sentinel)));
        let named = named.await.into_iter().map(address);
        let agreed = named.filter(|named| named.as_ref() == Some(&other)).count();
        2 * agreed > self.sentinels.len()
    }

    async fn master_named_by(&self, sentinel: &Client) -> RedisResult<Client> {
        let mut connection = connect(sentinel, drop).await?;
        let address: Option<(String, u16)> = cmd("SENTINEL")
            .arg("GET-MASTER-ADDR-BY-NAME")
            .arg(&self.name)
            .query_async(&mut connection)
            .await?;
        let (host, port) = address.ok_or_else(|| {
            let message = "the sentinel knows no master of this name";
            RedisError::from((ErrorKind::MasterNameNotFoundBySentinel, message, self.name.clone()))
        })?;
        Client::open(with_address(&self.login, host, port))
    }
}
