//! The errors of opening a store.

use std::io;
use std::path::PathBuf;

use crate::sqlite::sql::InvalidName;

/// A store could not be opened.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It cannot be set up like this.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The URL is not one of an SQLite file.
    ///
    /// See its source.
    #[error("not an SQLite URL, such as sqlite:./sessions.db")]
    Url(#[source] sqlx::Error),
    /// A URL was given as a path.
    #[error(
        "`{0}` is a URL, and `open` takes a path such as `sessions.db`: for a URL, call `connect`"
    )]
    NotAPath(String),
    /// The URL names no file.
    #[error(
        "sessions cannot be kept in an SQLite database in memory: name a file, or use `MemoryStore`"
    )]
    InMemory,
    /// The URL says that the file is not to be written.
    #[error("sessions cannot be kept in a file that is read only: leave `mode=ro` out")]
    ReadOnly,
    /// Everybody may write to the directory.
    #[error(
        "everybody may write to the directory {}, and so put another file in the place of the \
         sessions: make a directory for the program alone (mkdir -m 700 sessions)", .0.display()
    )]
    PublicDirectory(PathBuf),
    /// Everybody may write to the file.
    #[error("everybody may write to {}: take that right away (chmod 600)", .0.display())]
    PublicFile(PathBuf),
    /// The file could not be found or created.
    ///
    /// See its source: does the directory exist, and may the program write to it?
    #[error("could not create the file {}", path.display())]
    Create {
        /// The path as given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite could not open the file.
    ///
    /// See its source.
    #[error("could not open the SQLite database {}", path.display())]
    Sqlite {
        /// Where it is.
        path: PathBuf,
        /// What SQLite said.
        source: sqlx::Error,
    },
    /// The file cannot have a write-ahead log.
    #[error(
        "{} cannot have a write-ahead log (its journal's mode stays `{mode}`): it must lie on a \
         disk of this machine", path.display()
    )]
    NoWriteAheadLog {
        /// Where it is.
        path: PathBuf,
        /// The mode it is in.
        mode: String,
    },
}

/// A store cannot be set up like this.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// SQLite does not allow this name of a table.
    #[error(
        "{name:?} cannot be a table name: use 1 to {longest} bytes, none of them zero, and do not \
         begin with `sqlite_`"
    )]
    Name {
        /// The name as given.
        name: String,
        /// How many bytes it may have.
        longest: usize,
    },
    /// Something is zero without which nothing happens.
    #[error("a store needs at least some: no {0} was given")]
    Zero(&'static str),
}

session_core::debug_in_words!(OpenError, ConfigError);

impl From<InvalidName> for ConfigError {
    fn from(InvalidName { name, longest }: InvalidName) -> Self {
        Self::Name { name, longest }
    }
}
