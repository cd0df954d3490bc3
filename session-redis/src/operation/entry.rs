//! What stands in an index in another slot: a handle, and the moment at which it was announced.

use redis::Value;
use session_core::Handle;

use crate::fault::Fault;

pub(super) struct Entry {
    pub(super) handle: Handle,
    pub(super) joined: i64,
    pub(super) bytes: Vec<u8>,
    /// Whether it is not announced any more: its record was written, or nobody will come back to
    /// do it.
    pub(super) settled: bool,
}

impl Entry {
    fn new(bytes: &[u8], settled: bool) -> Option<Self> {
        let joined = i64::from_be_bytes(*bytes.get(16..)?.first_chunk()?);
        Some(Self { handle: handle(&bytes[..16])?, joined, bytes: bytes.to_vec(), settled })
    }

    /// Entries, each with 1 behind it if it is settled.
    pub(super) fn read(pairs: &[Value]) -> Result<Vec<Self>, Fault> {
        let entry = |pair: &[Value]| match pair {
            [Value::BulkString(bytes), Value::Int(settled)] => Self::new(bytes, *settled == 1),
            _ => None,
        };
        pairs.chunks(2).map(|pair| entry(pair).ok_or(Fault::Misread)).collect()
    }

    /// Entries that are all settled.
    pub(super) fn read_settled(entries: &[Vec<u8>]) -> Result<Vec<Self>, Fault> {
        entries.iter().map(|bytes| Self::new(bytes, true).ok_or(Fault::Misread)).collect()
    }
}

/// As scripts give the handle of a record to each other.
pub(super) fn bytes(handle: Handle, joined: i64) -> [u8; 24] {
    let mut bytes = [0; 24];
    bytes[..16].copy_from_slice(handle.as_bytes());
    bytes[16..].copy_from_slice(&joined.to_be_bytes());
    bytes
}

pub(super) fn handle(bytes: &[u8]) -> Option<Handle> {
    Some(Handle::from_bytes(bytes.try_into().ok()?))
}
