//! The entry of an index in another slot: a handle, and when it was announced.

use redis::Value;
use session_core::Handle;

use crate::connection::CommandError;

/// A session in the index of its principal.
pub(super) struct Entry {
    pub(super) handle: Handle,
    /// When it was announced, in microseconds.
    pub(super) joined: i64,
    pub(super) bytes: Vec<u8>,
    /// Whether it is not announced any more: its record was written, or nobody will come back to
    /// do it.
    pub(super) is_settled: bool,
}

impl Entry {
    fn new(bytes: &[u8], is_settled: bool) -> Option<Self> {
        let joined = i64::from_be_bytes(*bytes.get(16..)?.first_chunk()?);
        Some(Self { handle: read_handle(&bytes[..16])?, joined, bytes: bytes.to_vec(), is_settled })
    }

    /// The entry of a handle, as scripts encode it.
    pub(super) fn encode(handle: Handle, joined: i64) -> [u8; 24] {
        let mut bytes = [0; 24];
        bytes[..16].copy_from_slice(handle.as_bytes());
        bytes[16..].copy_from_slice(&joined.to_be_bytes());
        bytes
    }

    /// Entries, each with 1 behind it if it is settled.
    pub(super) fn read(pairs: &[Value]) -> Result<Vec<Self>, CommandError> {
        let entry = |pair: &[Value]| match pair {
            [Value::BulkString(bytes), Value::Int(settled)] => Self::new(bytes, *settled == 1),
            _ => None,
        };
        pairs.chunks(2).map(|pair| entry(pair).ok_or(CommandError::Malformed)).collect()
    }

    /// Entries that are all settled.
    pub(super) fn read_settled(entries: &[Vec<u8>]) -> Result<Vec<Self>, CommandError> {
        entries.iter().map(|bytes| Self::new(bytes, true).ok_or(CommandError::Malformed)).collect()
    }
}

pub(super) fn read_handle(bytes: &[u8]) -> Option<Handle> {
    Some(Handle::from_bytes(bytes.try_into().ok()?))
}
