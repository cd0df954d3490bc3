//! The connections: the file that they are opened to, and what an error says about them.

mod error;
mod file;
mod identity;
mod open_error;
mod path;
mod wal;

pub use error::WriteFailed;
pub use identity::FileReplaced;
pub use open_error::{ConfigError, OpenError};

pub(super) use error::{is_locked, leaves_connection, store_error};
pub(super) use file::{File, RETRY_INTERVAL};
pub(super) use path::resolve_path;
pub(super) use wal::{truncate_long_wal, wal_length};
