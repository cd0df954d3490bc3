//! The servers of a run: new, empty, and of nobody else.

use session_axum::{KeyRing, PostgresStore, SqliteStore};
use session_test_support::{
    PgBouncer, Postgres, Proxy, Redis, RedisCluster, RedisSentinel, TempDirectory,
};

use super::kind::Kind;
use super::place::Place;

/// What a store stands on.
#[derive(Debug)]
pub enum Servers {
    /// Nothing.
    Memory,
    /// A file.
    Sqlite {
        /// Where the file lies.
        directory: TempDirectory,
    },
    /// A server behind a proxy.
    Postgres {
        /// The server.
        server: Postgres,
        /// What the nodes connect to.
        proxy: Proxy,
    },
    /// A server behind a pooler behind a proxy.
    PgBouncer {
        /// The server.
        server: Postgres,
        /// The pooler.
        pooler: PgBouncer,
        /// What the nodes connect to.
        proxy: Proxy,
    },
    /// Two servers behind an address that moves.
    Standby {
        /// The primary at first.
        primary: Postgres,
        /// What the primary acknowledges, it has on its disk.
        standby: Postgres,
        /// What the nodes connect to.
        proxy: Proxy,
    },
    /// A server behind a proxy.
    Redis {
        /// The server.
        server: Redis,
        /// What the nodes connect to.
        proxy: Proxy,
    },
    /// A master, a replica, and sentinels.
    Sentinel(RedisSentinel),
    /// Three masters and three replicas.
    Cluster(RedisCluster),
}

impl Servers {
    /// Starts them, and says where nodes find their store.
    pub(crate) async fn start(kind: Kind) -> (Self, Place) {
        match kind {
            Kind::Memory => (Self::Memory, Place::new(kind, [])),
            Kind::Sqlite => {
                let directory = TempDirectory::new("TERM");
                let file = directory.path().join("sessions.db").display().to_string();
                let store = SqliteStore::open(&file).await.expect("the directory is ours");
                store.migrate().await.expect("the file is new");
                (Self::Sqlite { directory }, Place::new(kind, [file]))
            }
            Kind::Postgres | Kind::Sealed => {
                let server = Postgres::durable().await;
                let proxy = Proxy::before(server.address()).await;
                let url = proxy.url(&migrated(&server).await);
                let key = (kind == Kind::Sealed)
                    .then(|| KeyRing::generate().expect("the system has random bytes"));
                let place = Place::new(kind, std::iter::once(url).chain(key));
                (Self::Postgres { server, proxy }, place)
            }
            Kind::PgBouncer => {
                let server = Postgres::durable().await;
                let pooler = PgBouncer::before(&server).await;
                let proxy = Proxy::before(pooler.address()).await;
                let place = Place::new(kind, [proxy.url(&migrated(&server).await)]);
                (Self::PgBouncer { server, pooler, proxy }, place)
            }
            Kind::Standby => {
                let primary = Postgres::durable().await;
                let standby = primary.standby().await;
                let proxy = Proxy::before(primary.address()).await;
                let place = Place::new(kind, [proxy.url(&migrated(&primary).await)]);
                (Self::Standby { primary, standby, proxy }, place)
            }
            Kind::Redis => {
                let server = Redis::durable().await;
                let proxy = Proxy::before(server.address()).await;
                let place = Place::new(kind, [proxy.url(&server.url())]);
                (Self::Redis { server, proxy }, place)
            }
            Kind::Sentinel | Kind::Guarded => {
                let watched = if kind == Kind::Guarded {
                    RedisSentinel::guarded().await
                } else {
                    RedisSentinel::start().await
                };
                let urls = std::iter::once(watched.master_url()).chain(watched.urls());
                let place = Place::new(kind, urls);
                (Self::Sentinel(watched), place)
            }
            Kind::Cluster => {
                let cluster = RedisCluster::start().await;
                let place = Place::new(kind, cluster.urls());
                (Self::Cluster(cluster), place)
            }
        }
    }
}

/// The URL of a new database with the store's tables.
async fn migrated(server: &Postgres) -> String {
    let url = server.database().await;
    let store = PostgresStore::connect(&url).await.expect("the server is up");
    store.migrate().await.expect("the database is empty");
    url
}
