//! The layout of a record in Redis: a header of fixed length, then principal, label, additions and fields.
//!
//! `lua/common.lua` describes the same bytes to the server, and what a later version may do with them.

use std::sync::Arc;

use session_core::store::{Contents, Record, Times};
use session_core::{Digest, Handle, Timestamp};

/// The version of the layout: a record says which one its reader has to know at least.
const FORMAT: u8 = 1;

pub(crate) const IS_PERSISTENT: u8 = 1;
pub(crate) const HAS_PRINCIPAL: u8 = 2;
pub(crate) const HAS_LABEL: u8 = 4;
const IS_AUTHENTICATED: u8 = 8;

/// The header: what stands before all that has a length of its own.
pub(crate) struct RecordHeader {
    flags: u8,
    revision: u64,
    digest: [u8; 32],
    times: Times,
    principal_length: usize,
    label_length: usize,
    additions_length: usize,
}

impl RecordHeader {
    /// The header at the beginning of these bytes, and what follows it.
    fn split(bytes: &[u8], now: Timestamp) -> Option<(Self, &[u8])> {
        let mut rest = bytes;
        let [_format, oldest_reader, flags] = take(&mut rest)?;
        if oldest_reader > FORMAT {
            return None;
        }
        let revision = u64::from_be_bytes(take(&mut rest)?);
        let seen = timestamp(&mut rest)?;
        let expires = timestamp(&mut rest)?;
        let absolute = timestamp(&mut rest)?;
        let created = timestamp(&mut rest)?;
        let authenticated = timestamp(&mut rest)?;
        let _joined: [u8; 8] = take(&mut rest)?;
        let digest = take(&mut rest)?;
        let principal_length = length(&mut rest)?;
        let label_length = length(&mut rest)?;
        let additions_length = length(&mut rest)?;
        let mut times = Times::new(now, created, seen, expires, absolute);
        times.authenticated = (flags & IS_AUTHENTICATED != 0).then_some(authenticated);
        let header = Self {
            flags,
            revision,
            digest,
            times,
            principal_length,
            label_length,
            additions_length,
        };
        Some((header, rest))
    }

    /// The times of the record with this header.
    pub(crate) fn read_times(bytes: &[u8], now: Timestamp) -> Option<Times> {
        Self::split(bytes, now).map(|(header, _)| header.times)
    }

    /// The record; none if these bytes are not one. Without its fields, they end with the label.
    pub(crate) fn read_record(
        bytes: &[u8],
        handle: Handle,
        contents: Contents,
        now: Timestamp,
    ) -> Option<Record> {
        let (header, rest) = Self::split(bytes, now)?;
        let (principal, rest) = rest.split_at_checked(header.principal_length)?;
        let (label, rest) = rest.split_at_checked(header.label_length)?;
        let fields = match contents {
            Contents::Whole => rest.get(header.additions_length..)?.into(),
            Contents::WithoutFields => Arc::default(),
        };
        let text = |flag, bytes: &[u8]| match header.flags & flag {
            0 => Some(None),
            _ => str::from_utf8(bytes).ok().map(|text| Some(text.into())),
        };
        let digest = Digest::from_bytes(header.digest);
        let mut record = Record::new(handle, digest, header.revision, fields, header.times);
        record.principal = text(HAS_PRINCIPAL, principal)?;
        record.persistent = header.flags & IS_PERSISTENT != 0;
        record.label = text(HAS_LABEL, label)?;
        Some(record)
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

fn timestamp(bytes: &mut &[u8]) -> Option<Timestamp> {
    take(bytes).map(|bytes| Timestamp::from_micros(i64::from_be_bytes(bytes)))
}

fn length(bytes: &mut &[u8]) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(take(bytes)?)).ok()
}
