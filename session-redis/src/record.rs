//! A record as Redis holds it: a head of fixed length, then principal, label and fields.
//!
//! `scripts/common.lua` describes the same bytes to the server.

use session_core::store::{Record, Times};
use session_core::{Digest, Handle, Timestamp};

/// The version of the layout.
const FORMAT: u8 = 1;

pub(crate) const PERSISTENT: u8 = 1;
pub(crate) const PRINCIPAL: u8 = 2;
pub(crate) const LABEL: u8 = 4;
const AUTHENTICATED: u8 = 8;

/// What stands before principal, label and fields.
pub(crate) struct Head {
    flags: u8,
    revision: u64,
    digest: [u8; 32],
    times: Times,
    principal: usize,
    label: usize,
}

impl Head {
    /// The head at the beginning of these bytes, and what follows it.
    fn split(bytes: &[u8], now: Timestamp) -> Option<(Self, &[u8])> {
        let mut rest = bytes;
        let [format, flags] = take(&mut rest)?;
        if format != FORMAT {
            return None;
        }
        let revision = u64::from_be_bytes(take(&mut rest)?);
        let seen = moment(&mut rest)?;
        let expires = moment(&mut rest)?;
        let absolute = moment(&mut rest)?;
        let created = moment(&mut rest)?;
        let authenticated = moment(&mut rest)?;
        let _joined: [u8; 8] = take(&mut rest)?;
        let digest = take(&mut rest)?;
        let principal = length(&mut rest)?;
        let label = length(&mut rest)?;
        let times = Times {
            now,
            created,
            authenticated: (flags & AUTHENTICATED != 0).then_some(authenticated),
            seen,
            expires,
            absolute,
        };
        let head = Self { flags, revision, digest, times, principal, label };
        Some((head, rest))
    }

    /// The times of the record with this head.
    pub(crate) fn times(bytes: &[u8], now: Timestamp) -> Option<Times> {
        Self::split(bytes, now).map(|(head, _)| head.times)
    }

    /// The whole record; none if these bytes are not one.
    pub(crate) fn record(bytes: &[u8], handle: Handle, now: Timestamp) -> Option<Record> {
        let (head, rest) = Self::split(bytes, now)?;
        let (principal, rest) = rest.split_at_checked(head.principal)?;
        let (label, fields) = rest.split_at_checked(head.label)?;
        let text = |flag, bytes: &[u8]| match head.flags & flag {
            0 => Some(None),
            _ => str::from_utf8(bytes).ok().map(|text| Some(text.into())),
        };
        Some(Record {
            handle,
            digest: Digest::from_bytes(head.digest),
            revision: head.revision,
            principal: text(PRINCIPAL, principal)?,
            fields: fields.into(),
            persistent: head.flags & PERSISTENT != 0,
            label: text(LABEL, label)?,
            times: head.times,
        })
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

fn moment(bytes: &mut &[u8]) -> Option<Timestamp> {
    take(bytes).map(|bytes| Timestamp::from_micros(i64::from_be_bytes(bytes)))
}

fn length(bytes: &mut &[u8]) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(take(bytes)?)).ok()
}
