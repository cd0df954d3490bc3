//! The revocations of an application that accepts replayed cookies: none.

use std::time::Duration;

use crate::crypto::time::Now;
use crate::crypto::token::Handle;
use crate::store::{
    Ended, Health, Insert, Inserted, ListQuery, Page, Record, Store, StoreError, Swept, Update,
    Updated,
};

/// Remembers no revocation.
#[derive(Debug)]
pub(crate) struct NoRevocations;

impl Store for NoRevocations {
    async fn load(&self, _: Handle, _: Now) -> Result<Option<Record>, StoreError> {
        Ok(None)
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        Ok(Inserted::Saved(Record::inserted(insert, now.on_this_machine()).times))
    }

    async fn update(&self, _: Update, _: Now) -> Result<Updated, StoreError> {
        Ok(Updated::Gone)
    }

    async fn touch(&self, _: Handle, _: Duration, _: Now) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn delete(&self, _: Handle, _: Option<Duration>, _: Now) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn list(&self, _: &str, query: ListQuery, _: Now) -> Result<Page, StoreError> {
        Ok(Page::new(Vec::new(), &query))
    }

    async fn delete_all(&self, _: &str, _: Option<Handle>, now: Now) -> Result<Ended, StoreError> {
        Ok(Ended { live: 0, now: now.on_this_machine() })
    }

    async fn sweep(&self, _: u32, _: Now) -> Result<Swept, StoreError> {
        Ok(Swept::All(0))
    }

    async fn health(&self) -> Result<Health, StoreError> {
        Ok(Health::default())
    }
}
