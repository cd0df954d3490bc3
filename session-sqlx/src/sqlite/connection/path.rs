//! The path of the database file: found or created, and refused where everybody may write.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use super::open_error::OpenError;

/// These options with the file's true path. The file is there then, and safe from others.
pub(crate) fn resolve_path(
    options: SqliteConnectOptions,
) -> Result<SqliteConnectOptions, OpenError> {
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

/// Creates the file if it is missing, and answers its path, links followed.
fn create(given: &Path) -> Result<PathBuf, OpenError> {
    let failed = |source| OpenError::Create { path: given.to_owned(), source };
    let existing = match fs::canonicalize(given) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        found => Some(found.map_err(failed)?),
    };
    let path = match existing {
        Some(path) => path,
        None => path_of_new(given).map_err(failed)?,
    };
    check_directory(&path)?;
    let mut new = OpenOptions::new();
    new.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    match new.open(&path) {
        // Another program was faster, or it was there.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            check_file(&path)?;
        }
        made => drop(made.map_err(failed)?),
    }
    fs::canonicalize(&path).map_err(failed)
}

/// Where a file that is missing is to be created.
fn path_of_new(given: &Path) -> io::Result<PathBuf> {
    let name = given.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let directory = match given.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Ok(fs::canonicalize(directory)?.join(name))
}

/// Whoever may write to the directory can put a file of their own in the place of this one, or
/// of the log beside it. The sticky bit of `/tmp` prevents only the first.
fn check_directory(path: &Path) -> Result<(), OpenError> {
    let directory = path.parent().unwrap_or(path);
    match permissions_of_others(directory) {
        Ok(permissions) if permissions & 0o002 != 0 => {
            Err(OpenError::PublicDirectory(directory.to_owned()))
        }
        Ok(_) => Ok(()),
        Err(source) => Err(OpenError::Create { path: path.to_owned(), source }),
    }
}

fn check_file(path: &Path) -> Result<(), OpenError> {
    match permissions_of_others(path) {
        Ok(permissions) if permissions & 0o002 != 0 => Err(OpenError::PublicFile(path.to_owned())),
        Ok(permissions) => {
            if permissions != 0 {
                tracing::warn!(path = %path.display(), "others may read the session database");
            }
            Ok(())
        }
        Err(source) => Err(OpenError::Create { path: path.to_owned(), source }),
    }
}

/// The permissions of those who are neither the owner nor in the group.
#[cfg(unix)]
fn permissions_of_others(path: &Path) -> io::Result<u32> {
    let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(path)?);
    Ok(mode & 0o007)
}

/// Other systems have access control lists, which a file inherits from its directory.
#[cfg(not(unix))]
fn permissions_of_others(path: &Path) -> io::Result<u32> {
    fs::metadata(path).map(|_| 0)
}
