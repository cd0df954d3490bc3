//! The builder: the settings of a store, and the ways to open one.

use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use super::connection::{ConfigError, File, OpenError, resolve_path};
use super::sql::Table;
use super::store::SqliteStore;

/// A longer deadline is none.
const MAX_DEADLINE: Duration = Duration::from_hours(24);

/// Sets up a [`SqliteStore`] that differs from the default.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use session_sqlx::SqliteStore;
///
/// let store = SqliteStore::builder()
///     .table("logins")
///     .readers(8)
///     .deadline(Duration::from_millis(500))
///     .open("/var/lib/app/sessions.db")
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `open` or `connect`"]
pub struct SqliteBuilder {
    table: String,
    readers: usize,
    queue: usize,
    deadline: Duration,
}

impl SqliteBuilder {
    pub(super) fn new() -> Self {
        Self {
            table: "sessions".to_owned(),
            readers: 4,
            queue: 1024,
            deadline: Duration::from_secs(2),
        }
    }

    /// The table, `sessions` unless named: any name of up to 50 bytes that does not begin with
    /// `sqlite_`. SQLite takes names that differ in case only for the same.
    ///
    /// ```no_run
    /// # use session_sqlx::SqliteStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = SqliteStore::builder().table("logins").open("/var/lib/app/sessions.db").await?;
    /// # Ok(()) }
    /// ```
    pub fn table(mut self, name: impl Into<String>) -> Self {
        self.table = name.into();
        self
    }

    /// How many connections read, each in a thread of its own: 4 unless set. One more writes.
    ///
    /// ```no_run
    /// # use session_sqlx::SqliteStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = SqliteStore::builder().readers(8).open("/var/lib/app/sessions.db").await?;
    /// # Ok(()) }
    /// ```
    pub fn readers(mut self, number: usize) -> Self {
        self.readers = number;
        self
    }

    /// How many writes may wait for the writer, and how many reads for the readers: 1024 unless
    /// set. The next one is refused at once with
    /// [`StoreError::Overloaded`](session_core::StoreError::Overloaded).
    ///
    /// ```no_run
    /// # use session_sqlx::SqliteStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = SqliteStore::builder().queue(4096).open("/var/lib/app/sessions.db").await?;
    /// # Ok(()) }
    /// ```
    pub fn queue(mut self, length: usize) -> Self {
        self.queue = length;
        self
    }

    /// How long an operation may take in all, its wait for other programs that write to the file
    /// included: 2 s unless set, a day at most.
    ///
    /// ```no_run
    /// # use session_sqlx::SqliteStore;
    /// # use std::time::Duration;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = SqliteStore::builder().deadline(Duration::from_millis(500)).open("/var/lib/app/sessions.db").await?;
    /// # Ok(()) }
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Opens the file at this path, which is created if it is missing.
    ///
    /// ```no_run
    /// # use session_sqlx::SqliteStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = SqliteStore::builder().open("/var/lib/app/sessions.db").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the configuration is wrong, everybody may write to the directory, or the file cannot
    /// be opened.
    pub async fn open(self, path: impl AsRef<Path>) -> Result<SqliteStore, OpenError> {
        let path = path.as_ref();
        if let Some(url) = path.to_str().filter(|path| path.starts_with("sqlite:")) {
            return Err(OpenError::NotAPath(url.to_owned()));
        }
        let options = SqliteConnectOptions::new().filename(path);
        self.connect_with(options.disable_statement_logging()).await
    }

    /// Opens the file of this URL, such as `sqlite:./sessions.db`, which is created if it is
    /// missing.
    ///
    /// ```no_run
    /// # use session_sqlx::SqliteStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = SqliteStore::builder().table("logins").connect("sqlite:./sessions.db").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the configuration or the URL is wrong, everybody may write to the directory, or the
    /// file cannot be opened.
    pub async fn connect(self, url: &str) -> Result<SqliteStore, OpenError> {
        let options: SqliteConnectOptions = url.parse().map_err(OpenError::Url)?;
        self.connect_with(options.disable_statement_logging()).await
    }

    /// Opens the file that these options name, which is created if it is missing.
    ///
    /// What the store relies on is set whatever they say: the journal's mode, when it is synced,
    /// how locks are taken and waited for. Statements are logged as they say.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use session_sqlx::SqliteStore;
    /// use sqlx::sqlite::SqliteConnectOptions;
    ///
    /// let options = SqliteConnectOptions::new()
    ///     .filename("/var/lib/app/sessions.db")
    ///     .pragma("max_page_count", "262144");
    /// let store = SqliteStore::builder().connect_with(options).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the configuration is wrong, everybody may write to the directory, or the file cannot
    /// be opened.
    pub async fn connect_with(
        self,
        options: SqliteConnectOptions,
    ) -> Result<SqliteStore, OpenError> {
        let table = self.check()?;
        let options = resolve_path(options)?;
        let file = File::new(options, self.deadline.min(MAX_DEADLINE));
        file.prepare().await?;
        Ok(SqliteStore::new_at(file, table, self.readers, self.queue))
    }

    fn check(&self) -> Result<Table, ConfigError> {
        for (what, is_zero) in [
            ("reader", self.readers == 0),
            ("place in the queue", self.queue == 0),
            ("time to answer", self.deadline.is_zero()),
        ] {
            if is_zero {
                return Err(ConfigError::Zero(what));
            }
        }
        Ok(Table::new(self.table.clone())?)
    }
}

impl SqliteStore {
    /// A store in the file at this path, with a table named `sessions`.
    ///
    /// A file that is missing is created, for its owner alone.
    ///
    /// ```no_run
    /// # use session_sqlx::SqliteStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = SqliteStore::open("/var/lib/app/sessions.db").await?;
    /// store.migrate().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When everybody may write to the directory, or the file cannot be opened.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::builder().open(path).await
    }

    /// A store in the file of this URL, with a table named `sessions`. `sqlite:./sessions.db` lies
    /// in the directory where the program was started, `sqlite:///var/lib/app/sessions.db` there.
    ///
    /// A file that is missing is created, for its owner alone, with or without `?mode=rwc`.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use session_sqlx::SqliteStore;
    ///
    /// let store = SqliteStore::connect("sqlite:./quickstart.db").await?;
    /// store.migrate().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the URL is wrong, everybody may write to the directory, or the file cannot be opened.
    pub async fn connect(url: &str) -> Result<Self, OpenError> {
        Self::builder().connect(url).await
    }

    /// Sets up a store that differs from the default.
    ///
    /// ```no_run
    /// # use session_sqlx::SqliteStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = SqliteStore::builder().readers(8).open("/var/lib/app/sessions.db").await?;
    /// # Ok(()) }
    /// ```
    pub fn builder() -> SqliteBuilder {
        SqliteBuilder::new()
    }
}
