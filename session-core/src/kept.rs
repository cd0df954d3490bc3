//! A record as bytes, for the back end that keeps it in the cookie.

use crate::store::{Record, Times};
use crate::time::Timestamp;
use crate::token::{Digest, Handle};

const VERSION: u8 = 1;
const PERSISTENT: u8 = 1;
const AUTHENTICATED: u8 = 2;
/// Version, flags, handle, revision, five times.
const HEAD: usize = 1 + 1 + 16 + 8 + 5 * 8;

/// The record's bytes. Its principal is among its fields; a digest and a label it has not.
pub(crate) fn encode(record: &Record) -> Vec<u8> {
    let Times { created, authenticated, seen, expires, absolute, .. } = record.times;
    let persistent = if record.persistent { PERSISTENT } else { 0 };
    let is_authenticated = if authenticated.is_some() { AUTHENTICATED } else { 0 };
    let mut bytes = Vec::with_capacity(HEAD + record.fields.len());
    bytes.extend([VERSION, persistent | is_authenticated]);
    bytes.extend(record.handle.as_bytes());
    bytes.extend(record.revision.to_le_bytes());
    for moment in [created, authenticated.unwrap_or(created), seen, expires, absolute] {
        bytes.extend(moment.micros().to_le_bytes());
    }
    bytes.extend(&*record.fields);
    bytes
}

/// The record that these bytes are, read now; none if they are not a record's.
pub(crate) fn decode(bytes: &[u8], now: Timestamp) -> Option<Record> {
    let (&[version, flags], rest) = bytes.split_first_chunk()?;
    let (handle, rest) = rest.split_first_chunk()?;
    let (revision, mut rest) = rest.split_first_chunk()?;
    let mut moment = || {
        let (micros, after) = rest.split_first_chunk()?;
        rest = after;
        Some(Timestamp::from_micros(i64::from_le_bytes(*micros)))
    };
    let (created, authenticated, seen, expires, absolute) =
        (moment()?, moment()?, moment()?, moment()?, moment()?);
    (version == VERSION).then(|| Record {
        handle: Handle::from_bytes(*handle),
        digest: Digest::from_bytes([0; 32]),
        revision: u64::from_le_bytes(*revision),
        principal: None,
        fields: rest.into(),
        persistent: flags & PERSISTENT != 0,
        label: None,
        times: Times {
            now,
            created,
            authenticated: (flags & AUTHENTICATED != 0).then_some(authenticated),
            seen,
            expires,
            absolute,
        },
    })
}
