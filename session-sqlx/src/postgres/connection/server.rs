//! The server: where it is, and how a connection to it is opened.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use session_core::store::in_real_time;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPool, PgPoolOptions};
use sqlx::{Acquire as _, ConnectOptions as _};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::check::{Check, Role};
use super::hosts::address;
use super::open_error::{NoPrimary, NoServerConnection, NotPrimary, OpenError, WrongPooler};
use super::pooler::{MARK, Pooler, Service, random};
use super::share::share;
use crate::postgres::sql::{PLANNING, Preparation};
use crate::version::Told;

/// A connection takes several round trips and a password check: below this, a short deadline
/// for statements would mean that none is ever opened.
const MIN_CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

const NO_TIMEOUT: &str = "nothing ends a statement that waits for ever: set `statement_timeout` on the \
    role, to a little less than the store's deadline (ALTER ROLE … SET statement_timeout = …)";
const STRICT: &str = "concurrent changes fail that could be merged: set \
    `default_transaction_isolation` to `read committed` on the role";

/// A client that vanished without a word (power, a cut cable) is noticed in a minute, not after the
/// system's two hours.
const KEEPALIVES: [(&str, &str); 3] = [
    ("tcp_keepalives_idle", "30"),
    ("tcp_keepalives_interval", "10"),
    ("tcp_keepalives_count", "3"),
];

/// Where the connection's options come from.
pub(crate) enum Source {
    /// Of one host or several, of which one is the primary.
    Hosts(Vec<PgConnectOptions>),
    /// Asked each time anew: its options change when a password is rotated.
    Pool(PgPool),
}

impl From<PgConnectOptions> for Source {
    fn from(options: PgConnectOptions) -> Self {
        Self::Hosts(vec![options])
    }
}

impl From<Vec<PgConnectOptions>> for Source {
    fn from(hosts: Vec<PgConnectOptions>) -> Self {
        Self::Hosts(hosts)
    }
}

impl From<PgPool> for Source {
    fn from(pool: PgPool) -> Self {
        Self::Pool(pool)
    }
}

/// A server that connections can be opened to.
pub(crate) struct Server {
    source: Source,
    deadline: Duration,
    pooler: Pooler,
    told: Told,
    /// The host that was the primary when it was last asked.
    primary: AtomicUsize,
    /// Whether the pooler was seen to be as the store was told.
    is_pooler_known: OnceCell<()>,
    lacks_timeout: AtomicBool,
    is_strict: AtomicBool,
}

impl Server {
    pub(crate) fn new(source: Source, deadline: Duration, pooler: Pooler) -> Self {
        Self {
            source,
            deadline,
            pooler,
            told: Told::default(),
            primary: AtomicUsize::new(0),
            is_pooler_known: OnceCell::new(),
            lacks_timeout: AtomicBool::new(false),
            is_strict: AtomicBool::new(false),
        }
    }

    /// How long a statement may take.
    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Whether the log was told that the table is newer.
    pub(crate) fn told(&self) -> &Told {
        &self.told
    }

    /// The pooler that the store was told of.
    pub(super) fn pooler(&self) -> Pooler {
        self.pooler
    }

    /// What the connections lack that a pooler does not let the store set.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = &'static str> {
        [(&self.lacks_timeout, NO_TIMEOUT), (&self.is_strict, STRICT)]
            .into_iter()
            .filter_map(|(is_so, warning)| is_so.load(Ordering::Relaxed).then_some(warning))
    }

    /// When a statement is to be prepared.
    pub(crate) fn preparation(&self) -> Preparation {
        if self.pooler.keeps_statements() {
            Preparation::PerConnection
        } else {
            Preparation::PerRun
        }
    }

    /// How long the server may work on a statement, in milliseconds: a tenth less than the
    /// deadline, so that its answer arrives in time, and the connection stays.
    pub(super) fn statement_timeout(&self) -> u128 {
        (self.deadline * 9 / 10).as_millis().max(1)
    }

    /// Opens a connection for the store's statements.
    pub(crate) async fn open(&self) -> Result<PgConnection, OpenError> {
        self.on_primary(|options| self.open_at(options)).await
    }

    /// How many of so many workers a pooler serves at once, where it is one that has them wait. None
    /// if that is not known.
    pub(crate) async fn share(&self, workers: usize) -> Option<usize> {
        if !matches!(self.pooler, Pooler::Transaction | Pooler::Prepared) {
            return None;
        }
        let (_, options) = self.hosts().into_iter().next()?;
        let limit = self.connect_timeout();
        timeout(limit, in_real_time(limit, share(&options, workers))).await.ok()
    }

    /// Opens a connection for notifications.
    pub(crate) async fn listen(&self) -> Result<PgListener, OpenError> {
        self.on_primary(|options| self.listen_at(options)).await
    }

    /// Opens a connection on which a statement may take as long as it needs, whatever the role or the
    /// URL says. Through a pooler it is set in the transaction alone.
    pub(crate) async fn open_for_migration(&self) -> Result<PgConnection, sqlx::Error> {
        self.on_primary(|options| self.open_for_migration_at(options))
            .await
            .map_err(OpenError::into_sqlx)
    }

    /// Tries the hosts in turn, the one first that was the primary before.
    async fn on_primary<C, F: Future<Output = Result<C, OpenError>>>(
        &self,
        open: impl Fn(PgConnectOptions) -> F,
    ) -> Result<C, OpenError> {
        let mut refused = Vec::new();
        for (number, options) in self.hosts() {
            let host = address(&options);
            match open(options).await {
                Ok(connection) => {
                    self.primary.store(number, Ordering::Relaxed);
                    return Ok(connection);
                }
                Err(error) => refused.push((host, error)),
            }
        }
        Err(NoPrimary::of(refused))
    }

    async fn open_at(&self, plain: PgConnectOptions) -> Result<PgConnection, OpenError> {
        self.know_pooler(&plain).await?;
        let mark = random();
        let options = self.statement_options(plain.clone(), &mark);
        let mut connection = match self.establish(options.connect()).await {
            Err(error) if self.refuses_options(&error) => {
                return Err(self.wrong_pooler(&plain).await.unwrap_or(error.into()));
            }
            opened => opened?,
        };
        if self.check(&mut connection, &address(&plain), Some(&mark)).await? {
            Ok(connection)
        } else {
            Err(self.wrong_pooler(&plain).await?)
        }
    }

    async fn open_for_migration_at(
        &self,
        options: PgConnectOptions,
    ) -> Result<PgConnection, OpenError> {
        let host = address(&options);
        let options = match self.pooler {
            Pooler::None => options.options([
                ("statement_timeout", "0"),
                ("idle_in_transaction_session_timeout", "0"),
            ]),
            Pooler::Session | Pooler::Transaction | Pooler::Prepared => options,
        };
        let mut connection = self.establish(options.connect()).await?;
        self.check(&mut connection, &host, None).await?;
        Ok(connection)
    }

    /// A pool of one is what a listener connects by; it is not asked to connect again.
    async fn listen_at(&self, plain: PgConnectOptions) -> Result<PgListener, OpenError> {
        let mark = random();
        let host = address(&plain);
        let options = self.statement_options(plain.clone(), &mark);
        let name = format!("{} endings", options.get_application_name().unwrap_or_default());
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with(options.application_name(&name));
        let mut listener = self.establish(PgListener::connect_with(&pool)).await?;
        listener.eager_reconnect(false);
        if self.check(listener.acquire().await?, &host, Some(&mark)).await? {
            Ok(listener)
        } else {
            Err(self.wrong_pooler(&plain).await?)
        }
    }

    /// Whether the connection is served as the store was told. An error if the server does not
    /// write.
    async fn check(
        &self,
        connection: &mut PgConnection,
        host: &str,
        mark: Option<&str>,
    ) -> Result<bool, OpenError> {
        let settings =
            mark.filter(|_| self.pooler == Pooler::Session).map(|mark| self.settings(mark));
        let limit = self.connect_timeout();
        let check = Check::of(connection, settings.as_deref());
        let Ok(check) = timeout(limit, in_real_time(limit, check)).await else {
            return Err(self.silence(host));
        };
        let check = check?;
        if !matches!(check.role, Role::Primary) {
            let (host, is_standby) = (host.to_owned(), matches!(check.role, Role::Standby));
            return Err(OpenError::NotPrimary(NotPrimary { host, is_standby }));
        }
        if self.pooler == Pooler::Prepared {
            self.lacks_timeout.store(check.lacks_timeout, Ordering::Relaxed);
            self.is_strict.store(check.is_strict, Ordering::Relaxed);
        }
        Ok(match (self.pooler, mark) {
            (Pooler::None, Some(mark)) => check.mark == mark,
            (Pooler::Session, Some(_)) => check.mark.is_empty(),
            _ => true,
        })
    }

    /// Compares two connections, once, where the store relies on the way in which they are served.
    async fn know_pooler(&self, options: &PgConnectOptions) -> Result<(), OpenError> {
        if !matches!(self.pooler, Pooler::Session | Pooler::Prepared) {
            return Ok(());
        }
        let compare = async || {
            let service = self.service(options).await?;
            if self.pooler.accepts(service) { Ok(()) } else { Err(self.mismatch(service)) }
        };
        self.is_pooler_known.get_or_try_init(compare).await.map(drop)
    }

    /// Says which pooler there is in place of the one that the store was told of.
    async fn wrong_pooler(&self, options: &PgConnectOptions) -> Result<OpenError, OpenError> {
        Ok(self.mismatch(self.service(options).await?))
    }

    fn mismatch(&self, service: Service) -> OpenError {
        OpenError::WrongPooler(WrongPooler { told: self.pooler, service })
    }

    async fn service(&self, options: &PgConnectOptions) -> Result<Service, OpenError> {
        let mut one = self.establish(options.connect()).await?;
        let mut other = self.establish(options.connect()).await?;
        let limit = self.connect_timeout();
        match timeout(limit, in_real_time(limit, Service::of(&mut one, &mut other))).await {
            Ok(service) => Ok(service?),
            Err(_) => Err(self.silence(&address(options))),
        }
    }

    fn silence(&self, host: &str) -> OpenError {
        let limit = self.connect_timeout();
        if self.pooler == Pooler::None {
            return silence(limit).into();
        }
        OpenError::NoServer(NoServerConnection { host: host.to_owned(), limit })
    }

    /// Whether it was a pooler that knows no start-up options: a server that does not like one names
    /// it by another code.
    fn refuses_options(&self, error: &sqlx::Error) -> bool {
        let sqlx::Error::Database(error) = error else { return false };
        self.pooler == Pooler::None && error.code().as_deref() == Some("08P01")
    }

    /// The options of a connection for the store's statements.
    fn statement_options(&self, options: PgConnectOptions, mark: &str) -> PgConnectOptions {
        match self.pooler {
            Pooler::None => options.options(self.settings(mark)),
            _ => options,
        }
    }

    /// The settings of a connection that nobody else is served by.
    fn settings(&self, mark: &str) -> Vec<(&'static str, String)> {
        let mut settings = vec![
            (MARK, mark.to_owned()),
            ("statement_timeout", self.statement_timeout().to_string()),
            // A conflict is seen by reading what was committed meanwhile; a stricter level, set
            // for the database, would make an error of it.
            ("default_transaction_isolation", "read committed".to_owned()),
        ];
        let others = KEEPALIVES.into_iter().chain(PLANNING);
        settings.extend(others.map(|(name, value)| (name, value.to_owned())));
        settings
    }

    /// The options of each host with its number, first of that which was the primary before.
    fn hosts(&self) -> Vec<(usize, PgConnectOptions)> {
        let hosts = match &self.source {
            Source::Hosts(hosts) => hosts.clone(),
            Source::Pool(pool) => vec![(*pool.connect_options()).clone()],
        };
        let primary = self.primary.load(Ordering::Relaxed);
        let mut hosts: Vec<_> = hosts.into_iter().map(named).enumerate().collect();
        hosts.rotate_left(primary);
        hosts
    }

    fn connect_timeout(&self) -> Duration {
        self.deadline.max(MIN_CONNECT_TIMEOUT)
    }

    async fn establish<C>(
        &self,
        connection: impl Future<Output = sqlx::Result<C>>,
    ) -> sqlx::Result<C> {
        let limit = self.connect_timeout();
        let Ok(connection) = timeout(limit, in_real_time(limit, connection)).await else {
            return Err(silence(limit));
        };
        connection
    }
}

fn named(options: PgConnectOptions) -> PgConnectOptions {
    // No float is ever sent, and not every pooler knows the option.
    let options = options.extra_float_digits(None).disable_statement_logging();
    match options.get_application_name() {
        Some(_) => options,
        None => options.application_name("session-sqlx"),
    }
}

fn silence(limit: Duration) -> sqlx::Error {
    let silence = format!("the server did not let us in within {limit:?}");
    io::Error::new(io::ErrorKind::TimedOut, silence).into()
}
