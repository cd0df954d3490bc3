//! A record as bytes, for the back end that keeps it in the cookie.

use crate::crypto::time::Timestamp;
use crate::crypto::token::{Digest, Handle};
use crate::store::{Record, Times};

const VERSION: u8 = 2;
const PERSISTENT: u8 = 1;
const AUTHENTICATED: u8 = 2;
/// How many bytes a moment has: enough for ten thousand years.
pub(super) const MOMENT: usize = 6;
/// Version, flags, handle, five times, the revision and its length.
const HEAD: usize = 1 + 1 + 16 + 5 * MOMENT + 1 + 8;

/// The record's bytes. Its principal is among its fields; a digest and a label it has not. A cookie
/// has little room: times are in milliseconds, in six bytes, and the revision has as many bytes as it
/// needs.
pub(crate) fn encode(record: &Record) -> Vec<u8> {
    let Times { created, authenticated, seen, expires, absolute, .. } = record.times;
    let persistent = if record.persistent { PERSISTENT } else { 0 };
    let is_authenticated = if authenticated.is_some() { AUTHENTICATED } else { 0 };
    let mut bytes = Vec::with_capacity(HEAD + record.fields.len());
    bytes.extend([VERSION, persistent | is_authenticated]);
    bytes.extend(record.handle.as_bytes());
    for moment in [created, authenticated.unwrap_or(created), seen, expires, absolute] {
        bytes.extend(encode_moment(moment));
    }
    let revision = record.revision.to_le_bytes();
    let length = revision.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    bytes.push(u8::try_from(length).expect("it is eight at most"));
    bytes.extend(&revision[..length]);
    bytes.extend(&*record.fields);
    bytes
}

/// The record that these bytes are, read now; none if they are not a record's.
pub(crate) fn decode(bytes: &[u8], now: Timestamp) -> Option<Record> {
    let (&[version, flags], rest) = bytes.split_first_chunk()?;
    let (handle, rest) = rest.split_first_chunk()?;
    let mut rest = rest;
    let mut moment = || {
        let (moment, after) = rest.split_first_chunk()?;
        rest = after;
        decode_moment(*moment)
    };
    let (created, authenticated, seen, expires, absolute) =
        (moment()?, moment()?, moment()?, moment()?, moment()?);
    let (&length, rest) = rest.split_first()?;
    let (revision, rest) = rest.split_at_checked(length.into())?;
    let revision = number(revision)?;
    (version == VERSION).then(|| Record {
        handle: Handle::from_bytes(*handle),
        digest: Digest::from_bytes([0; 32]),
        revision,
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

/// A moment in milliseconds, the lowest byte first; one before 1970 is the beginning of that, and one
/// beyond what the bytes can say is the latest that they can.
pub(super) fn encode_moment(moment: Timestamp) -> [u8; MOMENT] {
    const LATEST: u64 = (1 << (8 * MOMENT)) - 1;
    let millis = u64::try_from(moment.micros() / 1000).unwrap_or(0).min(LATEST).to_le_bytes();
    let (millis, _) = millis.split_first_chunk().expect("it has eight bytes");
    *millis
}

/// The moment of these bytes.
pub(super) fn decode_moment(bytes: [u8; MOMENT]) -> Option<Timestamp> {
    let millis = number(&bytes)?;
    Some(Timestamp::from_micros(i64::try_from(millis).ok()?.checked_mul(1000)?))
}

/// The number of these bytes, the lowest first; none of more than eight.
fn number(bytes: &[u8]) -> Option<u64> {
    let mut all = [0; 8];
    all.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(u64::from_le_bytes(all))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn record(revision: u64) -> Record {
        let created = Timestamp::from_micros(1_700_000_000_123_000);
        let later = |seconds| created.plus(Duration::from_secs(seconds));
        Record {
            handle: Handle::from_bytes([7; 16]),
            digest: Digest::from_bytes([0; 32]),
            revision,
            principal: None,
            fields: b"\x01\x01a\x011"[..].into(),
            persistent: true,
            label: None,
            times: Times {
                now: later(9),
                created,
                authenticated: Some(later(1)),
                seen: later(2),
                expires: later(3600),
                absolute: later(86_400),
            },
        }
    }

    #[test]
    fn a_record_comes_back_from_its_bytes() {
        for revision in [0, 1, 255, 256, 70_000, u64::MAX] {
            let record = record(revision);
            assert_eq!(decode(&encode(&record), record.times.now), Some(record));
        }
    }

    #[test]
    fn bytes_that_end_too_early_are_no_record() {
        let bytes = encode(&record(300));
        for length in 0..bytes.len() - record(300).fields.len() {
            assert_eq!(decode(&bytes[..length], Timestamp::now()), None, "{length}");
        }
    }

    #[test]
    fn the_end_of_time_is_no_earlier_moment() {
        for moment in [i64::MAX, i64::MAX - 1, 281_474_976_710_655_000, 281_474_976_710_656_000] {
            let read = decode_moment(encode_moment(Timestamp::from_micros(moment)));
            assert_eq!(read.unwrap().micros(), 281_474_976_710_655_000);
        }
        let earlier = Timestamp::from_micros(281_474_976_710_654_000);
        assert_eq!(decode_moment(encode_moment(earlier)), Some(earlier));
    }

    #[test]
    fn a_moment_before_1970_is_not_one_of_the_future() {
        let mut early = record(1);
        early.times.seen = Timestamp::from_micros(-5);
        let read = decode(&encode(&early), early.times.now).unwrap();
        assert_eq!(read.times.seen, Timestamp::from_micros(0));
    }
}
