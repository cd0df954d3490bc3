//! The builder of a Redis store.

use std::sync::{Arc, Once};
use std::time::Duration;

use redis::{Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, RedisError};

use crate::batch::Queue;
use crate::cluster::Router;
use crate::connection::{ConfigError, ConnectError, ConnectionManager, Source};
use crate::inspection::Inspector;
use crate::operation::{Executor, Operations, Topology};
use crate::scripts::Keys;
use crate::store::RedisStore;

/// A longer deadline would bound nothing.
const MAX_DEADLINE: Duration = Duration::from_hours(24);

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
    ///
    /// ```no_run
    /// # use session_redis::RedisStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = RedisStore::builder().prefix("shop:session:").connect("redis://localhost").await?;
    /// # Ok(()) }
    /// ```
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long an operation may take, new connections and further attempts included: 2 s unless
    /// set, a day at most. A connection that says nothing for half of that is replaced.
    ///
    /// ```no_run
    /// # use session_redis::RedisStore;
    /// # use std::time::Duration;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = RedisStore::builder().deadline(Duration::from_millis(500)).connect("redis://localhost").await?;
    /// # Ok(()) }
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How many operations may wait for their answers at the same time: 10,000 unless set. The
    /// next one is refused at once with [`StoreError::Overloaded`](session_core::StoreError::Overloaded).
    ///
    /// ```no_run
    /// # use session_redis::RedisStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = RedisStore::builder().waiting(50_000).connect("redis://localhost").await?;
    /// # Ok(()) }
    /// ```
    pub fn waiting(mut self, number: usize) -> Self {
        self.waiting = number;
        self
    }

    /// A store on the server of this URL: see [`RedisStore::connect`].
    ///
    /// ```no_run
    /// # use session_redis::RedisStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = RedisStore::builder().prefix("shop:session:").connect("redis://localhost").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the configuration or the URL is wrong, or the server cannot be reached or refuses.
    pub async fn connect(self, url: &str) -> Result<RedisStore, ConnectError> {
        let login = parse(url)?;
        let source = Source::server(login.clone()).map_err(ConnectError::Url)?;
        self.open(|keys, response_timeout| Ok(standalone(source, &login, keys, response_timeout)))
            .await
    }

    /// A store on the Redis Cluster of these nodes: see [`RedisStore::cluster`].
    ///
    /// ```no_run
    /// # use session_redis::RedisStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = RedisStore::builder().prefix("shop:session:").cluster(["redis://one:6379", "redis://two:6379"]).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the configuration or a URL is wrong, or the cluster cannot be reached or refuses.
    pub async fn cluster<U: AsRef<str>>(
        self,
        urls: impl IntoIterator<Item = U>,
    ) -> Result<RedisStore, ConnectError> {
        let seeds = parse_all(urls)?;
        self.open(|keys, response_timeout| {
            Ok(Topology::Cluster(Router::new(&seeds, keys.prefix(), response_timeout)?))
        })
        .await
    }

    /// A store on the master that these sentinels watch over: see [`RedisStore::sentinel`].
    ///
    /// ```no_run
    /// # use session_redis::RedisStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let sentinels = ["redis://one:26379", "redis://two:26379"];
    /// let store = RedisStore::builder().prefix("shop:").sentinel(sentinels, "redis://app:secret@mymaster").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the configuration or a URL is wrong, or no master can be reached or it refuses.
    pub async fn sentinel<U: AsRef<str>>(
        self,
        sentinels: impl IntoIterator<Item = U>,
        master: &str,
    ) -> Result<RedisStore, ConnectError> {
        let sentinels = parse_all(sentinels)?;
        let login = parse(master)?;
        let name = match login.addr() {
            ConnectionAddr::Tcp(name, _) | ConnectionAddr::TcpTls { host: name, .. } => {
                name.clone()
            }
            _ => return Err(ConnectError::Url(no_master_name())),
        };
        let source = Source::sentinel(sentinels, name, login.clone()).map_err(ConnectError::Url)?;
        self.open(|keys, response_timeout| Ok(standalone(source, &login, keys, response_timeout)))
            .await
    }

    /// A store that connects as this client does, at the first use: for certificates of one's
    /// own, or to start while Redis is down.
    ///
    /// ```no_run
    /// # use session_redis::RedisStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = redis::Client::open("redis://localhost")?;
    /// let store = RedisStore::builder().client(&client)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn client(self, client: &Client) -> Result<RedisStore, ConfigError> {
        let info = client.get_connection_info().clone();
        let source = Source::server(info.clone()).map_err(ConfigError::Client)?;
        let (keys, deadline) = self.validated()?;
        Ok(self.build(standalone(source, &info, &keys, deadline / 2), keys, deadline))
    }

    /// The store, once it is certain that a session can be loaded.
    async fn open(
        self,
        topology: impl FnOnce(&Keys, Duration) -> Result<Topology, RedisError>,
    ) -> Result<RedisStore, ConnectError> {
        let (keys, deadline) = self.validated()?;
        let topology = topology(&keys, deadline / 2).map_err(ConnectError::Url)?;
        let store = self.build(topology, keys, deadline);
        store.check().await.map_err(ConnectError::Unusable)?;
        Ok(store)
    }

    fn validated(&self) -> Result<(Keys, Duration), ConfigError> {
        let unfit = |byte: u8| !byte.is_ascii_graphic() || b"*?[]\\".contains(&byte);
        if self.prefix.is_empty() || self.prefix.bytes().any(unfit) {
            return Err(ConfigError::Prefix(self.prefix.clone()));
        }
        for (what, is_zero) in [
            ("time to answer", self.deadline.is_zero()),
            ("place for an operation to wait", self.waiting == 0),
        ] {
            if is_zero {
                return Err(ConfigError::Zero(what));
            }
        }
        Ok((Keys::new(self.prefix.clone()), self.deadline.min(MAX_DEADLINE)))
    }

    fn build(self, topology: Topology, keys: Keys, deadline: Duration) -> RedisStore {
        let executor = Executor::new(topology, self.waiting);
        RedisStore::new(Operations { executor, keys, refusal_told: Once::new(), timeout: deadline })
    }
}

impl RedisStore {
    /// A store on the server of this URL, under keys that begin with `session:`.
    ///
    /// `redis://user:password@host:6379/0`, or `rediss://…` for TLS, which takes a feature of this
    /// crate. Asks once, so that a mistake shows at the start.
    ///
    /// ```no_run
    /// # use session_redis::RedisStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = RedisStore::connect("redis://app:secret@localhost:6379/0").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the URL is wrong, or the server cannot be reached or refuses.
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        Self::builder().connect(url).await
    }

    /// A store on the Redis Cluster that the nodes of these URLs belong to.
    ///
    /// One that answers is enough; several are for when some are down. User, password and TLS are
    /// those of the first URL, and hold for every node.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use session_redis::RedisStore;
    ///
    /// let store = RedisStore::cluster(["redis://one:6379", "redis://two:6379"]).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When a URL is wrong, or the cluster cannot be reached or refuses.
    pub async fn cluster<U: AsRef<str>>(
        urls: impl IntoIterator<Item = U>,
    ) -> Result<Self, ConnectError> {
        Self::builder().cluster(urls).await
    }

    /// A store on the master that these sentinels watch over.
    ///
    /// The second URL stands for the master: in place of a host it has the name by which the
    /// sentinels know it, and user, password, database and TLS are the server's.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use session_redis::RedisStore;
    ///
    /// let sentinels = ["redis://one:26379", "redis://two:26379", "redis://three:26379"];
    /// let store = RedisStore::sentinel(sentinels, "redis://app:secret@mymaster").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When a URL is wrong, or no master can be reached or it refuses.
    pub async fn sentinel<U: AsRef<str>>(
        sentinels: impl IntoIterator<Item = U>,
        master: &str,
    ) -> Result<Self, ConnectError> {
        Self::builder().sentinel(sentinels, master).await
    }

    /// Sets up a store that differs from the default.
    ///
    /// ```no_run
    /// # use session_redis::RedisStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = RedisStore::builder().prefix("shop:session:").connect("redis://localhost").await?;
    /// # Ok(()) }
    /// ```
    pub fn builder() -> RedisBuilder {
        RedisBuilder::new()
    }
}

fn standalone(
    source: Source,
    login: &ConnectionInfo,
    keys: &Keys,
    response_timeout: Duration,
) -> Topology {
    let inspector = Arc::new(Inspector::new(keys.prefix(), login, false));
    let connection = ConnectionManager::new(source, inspector, response_timeout);
    Topology::Standalone(Queue::new(connection, keys.prefix()))
}

fn parse(url: &str) -> Result<ConnectionInfo, ConnectError> {
    url.into_connection_info().map_err(ConnectError::Url)
}

fn parse_all<U: AsRef<str>>(
    urls: impl IntoIterator<Item = U>,
) -> Result<Vec<ConnectionInfo>, ConnectError> {
    let infos = urls.into_iter().map(|url| parse(url.as_ref())).collect::<Result<Vec<_>, _>>()?;
    if infos.is_empty() {
        return Err(ConfigError::Zero("URL").into());
    }
    Ok(infos)
}

fn no_master_name() -> RedisError {
    let message = "a socket's path does not name a master";
    (redis::ErrorKind::InvalidClientConfig, message).into()
}
