//! Where a handler finds its sessions: the forms of an application's state.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::get;
use session_axum::{FromArc, MemoryStore, Sessions, require_session, session};

#[session]
struct Shop {
    visits: u64,
}

#[session]
struct Admin {
    pages: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session]
async fn both(shop: &mut Shop, admin: &mut Admin) {
    shop.visits += admin.pages;
}

trait Database: Clone + Send + Sync + 'static {
    fn count(&self, visits: u64);
}

#[derive(Clone)]
struct InMemory;

impl Database for InMemory {
    fn count(&self, _: u64) {}
}

#[require_session]
async fn counted<D: Database>(shop: &mut Shop, State(app): State<Generic<D>>) {
    shop.visits += 1;
    app.database.count(shop.visits);
}

#[require_session]
async fn shared<D: Database>(shop: &mut Shop, State(app): State<Arc<Shared<D>>>) {
    shop.visits += 1;
    app.database.count(shop.visits);
}

#[derive(Clone, FromRef)]
struct Derived {
    shop: Sessions<Shop>,
    admin: Sessions<Admin>,
    #[from_ref(skip)]
    office: Sessions<Admin>,
}

#[derive(Clone)]
struct Generic<D> {
    sessions: Sessions<Shop>,
    database: D,
}

impl<D> FromRef<Generic<D>> for Sessions<Shop> {
    fn from_ref(app: &Generic<D>) -> Self {
        app.sessions.clone()
    }
}

/// Not `Clone`.
struct Shared<D> {
    shop: Sessions<Shop>,
    admin: Sessions<Admin>,
    database: D,
}

impl<D> FromArc<Shared<D>> for Sessions<Shop> {
    fn from_arc(app: &Shared<D>) -> Self {
        app.shop.clone()
    }
}

impl<D> FromArc<Shared<D>> for Sessions<Admin> {
    fn from_arc(app: &Shared<D>) -> Self {
        app.admin.clone()
    }
}

fn generic<D: Database>(app: Generic<D>) -> Router {
    Router::new().route("/", get(visit)).route("/counted", get(counted::<D>)).with_state(app)
}

fn main() {
    let shop: Sessions<Shop> = Sessions::builder(MemoryStore::new()).build().unwrap();
    let admin: Sessions<Admin> = Sessions::builder(MemoryStore::new()).build().unwrap();
    let alone = Router::new().route("/", get(visit)).with_state(shop.clone());
    let derived =
        Derived { shop: shop.clone(), admin: admin.clone(), office: admin.clone() };
    let _ = derived.office.clone();
    let _ = generic(Generic { sessions: shop.clone(), database: InMemory });
    let app = Arc::new(Shared { shop, admin, database: InMemory });
    let _: Router = Router::new()
        .route("/", get(visit))
        .route("/both", get(both))
        .route("/counted", get(shared::<InMemory>))
        .with_state(app);
    let _: Router = Router::new()
        .route("/", get(visit))
        .route("/both", get(both))
        .nest("/alone", alone)
        .with_state(derived);
}
