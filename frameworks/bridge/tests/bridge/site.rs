//! Routes under a bridge, and a browser.

use axum::Router;
use session_axum::testing::{Client, FaultyStore, Operation};
use session_axum::{MemoryStore, Sessions};
use session_tower::Bridge;

use crate::shop::Shop;

pub(crate) struct Site {
    pub(crate) store: FaultyStore<MemoryStore>,
    pub(crate) sessions: Sessions<Shop>,
    pub(crate) client: Client,
}

impl Site {
    pub(crate) fn new(routes: Router<Sessions<Shop>>) -> Self {
        Self::with(routes, |bridge| bridge)
    }

    pub(crate) fn with(
        routes: Router<Sessions<Shop>>,
        options: impl FnOnce(Bridge<Shop>) -> Bridge<Shop>,
    ) -> Self {
        let store = FaultyStore::new(MemoryStore::new());
        let sessions = Sessions::builder(store.clone()).without_cleaner().build().unwrap();
        let bridge = options(Bridge::new(&sessions, |shop: &mut Shop| &mut shop.values));
        let client = Client::new(routes.layer(bridge).with_state(sessions.clone()));
        Self { store, sessions, client }
    }

    /// The browser has a session with a cart and two values.
    pub(crate) async fn with_session(self) -> Self {
        let values = [("a".to_owned(), 1.into()), ("b".to_owned(), 2.into())].into();
        let shop = Shop { user: None, values, cart: vec!["tea".to_owned()] };
        self.client.sign_in(&self.sessions, shop).await;
        self.store.take_calls();
        self
    }

    pub(crate) async fn stored(&self) -> Option<Shop> {
        session_axum::testing::stored(&self.sessions, &self.client).await
    }

    /// The keys of the values that are stored, and how many things are in the cart.
    pub(crate) async fn stored_keys(&self) -> (Vec<String>, usize) {
        let stored = self.stored().await.expect("there is a session");
        let mut keys: Vec<_> = stored.values.into_keys().collect();
        keys.sort_unstable();
        (keys, stored.cart.len())
    }

    pub(crate) fn cookie(&self) -> Option<String> {
        self.client.cookie("__Host-session")
    }

    pub(crate) fn writes(&self) -> usize {
        [Operation::Insert, Operation::Update, Operation::Delete]
            .iter()
            .map(|write| self.store.count(*write))
            .sum()
    }
}
