//! Lists of a principal's records: in pages, and without their fields where nobody asks for them.

use std::cmp::Ordering;

use crate::crypto::time::Timestamp;
use crate::crypto::token::Handle;
use crate::store::record::Record;

/// Which of a principal's records a page is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListQuery {
    /// Whether the records come with their fields.
    pub contents: Contents,
    /// The last record of the page before; none for the first page.
    pub after: Option<Cursor>,
    /// How many records a page has at most: 1 or more.
    pub limit: u32,
}

/// Whether listed records come with their fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Everything of a record.
    Whole,
    /// Everything but its fields, which are empty: a store need not read them.
    WithoutFields,
}

/// A record's place in a list. Cursors are ordered as lists are: newest first, and of two that were
/// created at one moment the one with the lesser handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When the record was inserted.
    pub created: Timestamp,
    /// The record.
    pub handle: Handle,
}

/// Some of a principal's records.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// The records, in the order of the list.
    pub records: Vec<Record>,
    /// Whether there may be more: the last record's cursor, to ask for the page after it.
    pub next: Option<Cursor>,
}

impl ListQuery {
    /// The first page.
    pub const fn first(contents: Contents, limit: u32) -> Self {
        Self { contents, after: None, limit }
    }
}

impl Cursor {
    /// The place of this record.
    pub const fn of(record: &Record) -> Self {
        Self { created: record.times.created, handle: record.handle }
    }
}

impl Ord for Cursor {
    fn cmp(&self, other: &Self) -> Ordering {
        other.created.cmp(&self.created).then(self.handle.cmp(&other.handle))
    }
}

impl PartialOrd for Cursor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Page {
    /// A page of these records; a full one may have a successor.
    pub fn new(records: Vec<Record>, query: &ListQuery) -> Self {
        let is_full = u32::try_from(records.len()).is_ok_and(|found| found >= query.limit);
        let next = records.last().filter(|_| is_full).map(Cursor::of);
        Self { records, next }
    }
}
