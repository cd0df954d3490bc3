//! The identity of a file: whether there is still the same one at its path.

use std::io;
use std::path::{Path, PathBuf};

/// Which file it is, whatever its path is meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    #[cfg(unix)]
    device: u64,
    #[cfg(unix)]
    inode: u64,
}

impl Identity {
    /// That of the file that is at this path now.
    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let found = std::fs::metadata(path)?;
        Ok(Self { device: found.dev(), inode: found.ino() })
    }

    /// Other systems do not let an open file be replaced.
    #[cfg(not(unix))]
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|_| Self {})
    }
}

/// The database file was removed, or another was put in its place, while the store had it open: the source of a
/// [`StoreError::Failed`](session_core::StoreError::Failed). What the store would write now would be lost with the
/// former file. It does not open the new one by itself: the write-ahead log beside it may be the former file's, and would
/// overwrite what was restored.
#[derive(Clone, thiserror::Error)]
#[error(
    "the file {} was removed or replaced while the program had it open: stop the program, remove the `-wal` and \
     `-shm` of the former file, and start it again, with the database that is there or, without one, a new one", path.display()
)]
#[non_exhaustive]
pub struct FileReplaced {
    /// Where it was.
    pub path: PathBuf,
}

session_core::debug_in_words!(FileReplaced);
