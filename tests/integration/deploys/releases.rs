//! Two releases on one store.

use axum::Router;
use session_axum::{Handle, Store};
use session_core::Now;
use session_core::store::Record;
use session_tests::Client;

use super::app_state::Shared;
use super::{new_release, old_release};

/// Both releases, each a node on the same store, and the store.
pub(crate) struct Releases<S> {
    pub(crate) old: Router,
    pub(crate) new: Router,
    pub(crate) shared: Shared,
    pub(crate) store: S,
}

impl<S: Store + Clone> Releases<S> {
    /// Both releases on this store.
    pub(crate) fn on(store: S) -> Self {
        let shared = Shared::new();
        Self {
            old: old_release::router(shared.state(store.clone())),
            new: new_release::router(shared.state(store.clone())),
            shared,
            store,
        }
    }

    /// Somebody who logged in to the old release.
    pub(crate) async fn visitor(&self) -> Client {
        let mut visitor = Client::new(&self.old);
        visitor.post("/login").await.ok();
        visitor
    }

    pub(crate) async fn record(&self, visitor: &Client) -> Option<Record> {
        let handle = visitor.at(&self.new).get("/handle").await.ok();
        let handle: Handle = handle.parse().expect("there is a session");
        self.store.load(handle, Now::Store).await.expect("the store answers")
    }
}
