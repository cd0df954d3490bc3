//! How a Redis store is set up.

use std::time::Duration;

use redis::{Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, RedisError};
use session_core::StoreError;

use crate::cluster::Cluster;
use crate::keys::Keys;
use crate::link::Link;
use crate::operation::Operations;
use crate::queue::Queue;
use crate::server::{Nodes, Server};
use crate::source::Source;
use crate::store::RedisStore;

/// A longer deadline is none.
const LONGEST: Duration = Duration::from_hours(24);

/// Sets up a [`RedisStore`] that differs from the default.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use session_redis::RedisStore;
///
/// let store = RedisStore::builder()
///     .prefix("shop:session:")
///     .deadline(Duration::from_millis(500))
///     .connect("redis://localhost")
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `connect`, `cluster`, `sentinel` or `client`"]
pub struct RedisBuilder {
    prefix: String,
    deadline: Duration,
    waiting: usize,
}

impl RedisBuilder {
    pub(crate) fn new() -> Self {
        Self { prefix: "session:".to_owned(), deadline: Duration::from_secs(2), waiting: 10_000 }
    }

    /// What the store's keys begin with, `session:` unless set. Stores with different prefixes
    /// know nothing of each other, unless one prefix begins with the other.
    ///
    /// In a cluster, a part in braces puts all sessions in one slot and so on one node.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long an operation may take, new connections and further attempts included: 2 s unless
    /// set, a day at most. A connection that says nothing for half of that is replaced.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How many operations may wait for their answers at the same time: 10,000 unless set. The
    /// next one is refused at once with [`StoreError::Overloaded`].
    pub fn waiting(mut self, number: usize) -> Self {
        self.waiting = number;
        self
    }

    /// A store on the server of this URL: see [`RedisStore::connect`].
    ///
    /// # Errors
    /// When the configuration or the URL is wrong, or the server cannot be reached or refuses.
    pub async fn connect(self, url: &str) -> Result<RedisStore, ConnectError> {
        let source = Source::server(read(url)?).map_err(ConnectError::Url)?;
        self.check(|keys, patience| Ok(one(source, keys, patience))).await
    }

    /// A store on the Redis Cluster of these nodes: see [`RedisStore::cluster`].
    ///
    /// # Errors
    /// When the configuration or a URL is wrong, or the cluster cannot be reached or refuses.
    pub async fn cluster<U: AsRef<str>>(
        self,
        urls: impl IntoIterator<Item = U>,
    ) -> Result<RedisStore, ConnectError> {
        let seeds = read_all(urls)?;
        self.check(|_, patience| Ok(Nodes::Many(Cluster::new(&seeds, patience)?))).await
    }

    /// A store on the master that these sentinels watch over: see [`RedisStore::sentinel`].
    ///
    /// # Errors
    /// When the configuration or a URL is wrong, or no master can be reached or it refuses.
    pub async fn sentinel<U: AsRef<str>>(
        self,
        sentinels: impl IntoIterator<Item = U>,
        master: &str,
    ) -> Result<RedisStore, ConnectError> {
        let sentinels = read_all(sentinels)?;
        let login = read(master)?;
        let name = match login.addr() {
            ConnectionAddr::Tcp(name, _) | ConnectionAddr::TcpTls { host: name, .. } => {
                name.clone()
            }
            _ => return Err(ConnectError::Url(no_name())),
        };
        let source = Source::sentinel(sentinels, name, login).map_err(ConnectError::Url)?;
        self.check(|keys, patience| Ok(one(source, keys, patience))).await
    }

    /// A store that connects as this client does, at the first use: for certificates of one's
    /// own, or to start while Redis is down.
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn client(self, client: &Client) -> Result<RedisStore, ConfigError> {
        let info = client.get_connection_info().clone();
        let source = Source::server(info).map_err(ConfigError::Client)?;
        let (keys, deadline) = self.checked()?;
        Ok(self.store(one(source, &keys, deadline / 2), keys, deadline))
    }

    async fn check(
        self,
        nodes: impl FnOnce(&Keys, Duration) -> Result<Nodes, RedisError>,
    ) -> Result<RedisStore, ConnectError> {
        let (keys, deadline) = self.checked()?;
        let nodes = nodes(&keys, deadline / 2).map_err(ConnectError::Url)?;
        let store = self.store(nodes, keys, deadline);
        store.check().await.map_err(ConnectError::Unusable)?;
        Ok(store)
    }

    fn checked(&self) -> Result<(Keys, Duration), ConfigError> {
        let unfit = |byte: u8| !byte.is_ascii_graphic() || b"*?[]\\".contains(&byte);
        if self.prefix.is_empty() || self.prefix.bytes().any(unfit) {
            return Err(ConfigError::Prefix(self.prefix.clone()));
        }
        for (what, is_zero) in [
            ("time to answer", self.deadline.is_zero()),
            ("place for an operation to wait", self.waiting == 0),
        ] {
            if is_zero {
                return Err(ConfigError::None(what));
            }
        }
        Ok((Keys::new(self.prefix.clone()), self.deadline.min(LONGEST)))
    }

    fn store(self, nodes: Nodes, keys: Keys, deadline: Duration) -> RedisStore {
        RedisStore::with(Operations { server: Server::new(nodes, self.waiting), keys, deadline })
    }
}

fn one(source: Source, keys: &Keys, patience: Duration) -> Nodes {
    Nodes::One(Queue::new(Link::new(source, patience), keys.prefix()))
}

fn read(url: &str) -> Result<ConnectionInfo, ConnectError> {
    url.into_connection_info().map_err(ConnectError::Url)
}

fn read_all<U: AsRef<str>>(
    urls: impl IntoIterator<Item = U>,
) -> Result<Vec<ConnectionInfo>, ConnectError> {
    let infos = urls.into_iter().map(|url| read(url.as_ref())).collect::<Result<Vec<_>, _>>()?;
    if infos.is_empty() {
        return Err(ConfigError::None("URL").into());
    }
    Ok(infos)
}

fn no_name() -> RedisError {
    let message = "a socket's path does not name a master";
    (redis::ErrorKind::InvalidClientConfig, message).into()
}

/// A store cannot be set up like this.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The prefix is empty, or would have to be escaped in a pattern.
    #[error(
        "`{0}` cannot be the prefix of keys: use at least one visible ASCII character, and none of `*?[]\\`"
    )]
    Prefix(String),
    /// Something is missing without which nothing happens.
    #[error("a store needs at least some: no {0} was given")]
    None(&'static str),
    /// The client cannot be used.
    #[error("the client cannot be used")]
    Client(#[source] RedisError),
}

/// A store cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// It cannot be set up like this.
    #[error("the session store is not set up rightly")]
    Config(#[from] ConfigError),
    /// A URL is wrong.
    #[error("the URL of a Redis server is wrong")]
    Url(#[source] RedisError),
    /// The server cannot be reached, or refuses what the store asks of it.
    #[error("the Redis server cannot be used")]
    Unusable(#[source] StoreError),
}
