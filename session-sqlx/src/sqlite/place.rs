//! Where the file lies, and who else may write there.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use super::builder::ConfigError;

/// These options with the file's true path. It is there then, and safe from others.
pub(super) fn find(options: SqliteConnectOptions) -> Result<SqliteConnectOptions, OpenError> {
    // The URL is the one way to ask for the mode. Of some names sqlx cannot make one.
    let url = options.clone().filename("sessions.db").to_url_lossy();
    let mode = url.query_pairs().find(|(key, _)| key == "mode");
    match mode.as_ref().map(|(_, mode)| mode.as_ref()) {
        Some("memory") => return Err(OpenError::InMemory),
        Some("ro") => return Err(OpenError::ReadOnly),
        _ => {}
    }
    let given = options.get_filename();
    if given == Path::new(":memory:") || given.as_os_str().is_empty() {
        return Err(OpenError::InMemory);
    }
    let path = create(given)?;
    Ok(options.filename(path).create_if_missing(false))
}

/// Makes the file if it is missing, and answers where it is, links followed.
fn create(given: &Path) -> Result<PathBuf, OpenError> {
    let failed = |source| OpenError::Create { path: given.to_owned(), source };
    let there = match fs::canonicalize(given) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        found => Some(found.map_err(failed)?),
    };
    let path = match there {
        Some(path) => path,
        None => missing(given).map_err(failed)?,
    };
    refuse_a_public_place(&path)?;
    let mut new = OpenOptions::new();
    new.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    match new.open(&path) {
        // Another program was faster, or it was there.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            refuse_a_public_file(&path)?;
        }
        made => drop(made.map_err(failed)?),
    }
    fs::canonicalize(&path).map_err(failed)
}

/// Where a file that is not there would be.
fn missing(given: &Path) -> io::Result<PathBuf> {
    let name = given.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let directory = match given.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Ok(fs::canonicalize(directory)?.join(name))
}

/// Whoever may write to the directory can put a file of their own in the place of this one, or
/// of the log beside it. The sticky bit of `/tmp` prevents only the first.
fn refuse_a_public_place(path: &Path) -> Result<(), OpenError> {
    let directory = path.parent().unwrap_or(path);
    match others(directory) {
        Ok(others) if others & 0o002 != 0 => Err(OpenError::PublicDirectory(directory.to_owned())),
        Ok(_) => Ok(()),
        Err(source) => Err(OpenError::Create { path: path.to_owned(), source }),
    }
}

fn refuse_a_public_file(path: &Path) -> Result<(), OpenError> {
    match others(path) {
        Ok(others) if others & 0o002 != 0 => Err(OpenError::PublicFile(path.to_owned())),
        Ok(others) => {
            if others != 0 {
                tracing::warn!(path = %path.display(), "others may read the session database");
            }
            Ok(())
        }
        Err(source) => Err(OpenError::Create { path: path.to_owned(), source }),
    }
}

/// What those may do who are neither the owner nor in the group.
#[cfg(unix)]
fn others(path: &Path) -> io::Result<u32> {
    let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(path)?);
    Ok(mode & 0o007)
}

/// Elsewhere access is a matter of lists that the directory hands down.
#[cfg(not(unix))]
fn others(path: &Path) -> io::Result<u32> {
    fs::metadata(path).map(|_| 0)
}

/// A store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It cannot be set up like this.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The URL is not one of an SQLite file.
    #[error("not an SQLite URL, such as sqlite:./sessions.db")]
    Url(#[source] sqlx::Error),
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
         sessions: use one of the program's own, or take that right away (chmod o-w)", .0.display()
    )]
    PublicDirectory(PathBuf),
    /// Everybody may write to the file.
    #[error("everybody may write to {}: take that right away (chmod 600)", .0.display())]
    PublicFile(PathBuf),
    /// The file could not be found or created.
    #[error("could not create the file {}", path.display())]
    Create {
        /// The path as given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite could not open the file.
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
    NoLog {
        /// Where it is.
        path: PathBuf,
        /// The mode it is in.
        mode: String,
    },
}
