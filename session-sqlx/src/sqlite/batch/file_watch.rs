//! The watch over a file: whether anybody but the writer has written to it.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use session_core::StoreError;
use session_core::store::Ending;

use super::queue::Queue;
use super::shared::FileVersion;

/// What a feed has seen of the file.
#[derive(Clone)]
pub(crate) struct FileWatch {
    /// The feed of a store that was dropped is over.
    queue: Weak<Queue>,
    seen: Arc<Mutex<Seen>>,
}

struct Seen {
    version: FileVersion,
    /// Whether another may have ended sessions that the feed has said nothing of.
    has_missed: bool,
}

impl FileWatch {
    /// Watches from now on.
    pub(crate) async fn begin(queue: &Arc<Queue>) -> Result<Self, StoreError> {
        let version = queue.file_version().await?;
        let seen = Arc::new(Mutex::new(Seen { version, has_missed: false }));
        Ok(Self { queue: Arc::downgrade(queue), seen })
    }

    /// The proof of life if nobody else has written since the last time; nothing if somebody has, or may have; and the
    /// time after that, a gap.
    pub(crate) async fn prove(self) -> Option<Ending> {
        let version = self.queue.upgrade()?.file_version().await.ok()?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_quiet = std::mem::replace(&mut seen.version, version) == version;
        let has_missed = std::mem::replace(&mut seen.has_missed, !is_quiet);
        match (is_quiet, has_missed) {
            (true, false) => Some(Ending::UpToDate),
            (true, true) => Some(Ending::Gap),
            (false, _) => None,
        }
    }
}
