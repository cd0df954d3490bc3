//! Tenants that are chosen at run time, by the host of the request: each has sessions of its own, and a router that
//! has them in its state.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::{FromRef, Path, Request, State};
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use session_axum::{
    BuildError, MemoryStore, Principal, Session, Sessions, require_session, session,
};
use tower::ServiceExt as _;

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
}

/// The state of one tenant's router.
#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
    tenant: Tenant,
}

#[derive(Clone)]
struct Tenant {
    /// It is part of the sessions' name, and never another tenant's.
    id: u64,
    title: Arc<str>,
}

/// The tenants by their hosts.
#[derive(Clone, Default)]
struct Tenants(Arc<RwLock<HashMap<String, Router>>>);

impl Tenants {
    /// Adds a tenant while the server runs. All share the store and its connections.
    fn add(&self, host: &str, tenant: Tenant, store: &MemoryStore) -> Result<(), BuildError> {
        let sessions = Sessions::builder(store.clone()).name(&format!("shop {}", tenant.id));
        let router = routes().with_state(App { sessions: sessions.build()?, tenant });
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(host.to_owned(), router);
        Ok(())
    }

    fn find(&self, host: &str) -> Option<Router> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(host).cloned()
    }
}

/// The host that the browser has asked for: over HTTP/2 it is in the URI.
fn host(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let named = headers.get(HOST).and_then(|host| host.to_str().ok()?.parse().ok());
    let authority: Authority = uri.authority().cloned().or(named)?;
    Some(authority.host().to_ascii_lowercase())
}

/// Each request goes to the router of its tenant.
async fn dispatch(State(tenants): State<Tenants>, request: Request) -> Response {
    let host = host(request.uri(), request.headers());
    match host.and_then(|host| tenants.find(&host)) {
        Some(router) => router.oneshot(request).await.into_response(),
        None => (StatusCode::NOT_FOUND, "there is no such shop\n").into_response(),
    }
}

/// The routes of each tenant, whose handlers need not know that there are several.
fn routes() -> Router<App> {
    Router::new().route("/", get(account)).route("/login/{user}", post(log_in))
}

#[require_session(authenticated)]
async fn account(
    _: &Shop,
    Principal(user): Principal<Shop>,
    State(tenant): State<Tenant>,
) -> String {
    format!("{user} in {}", tenant.title)
}

/// Stands for a log-in with a password.
#[require_session]
async fn log_in(session: &mut Session<Shop>, Path(user): Path<String>) {
    session.log_in(user);
}

fn app(tenants: Tenants) -> Router {
    Router::new().fallback(dispatch).with_state(tenants)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (tenants, store) = (Tenants::default(), MemoryStore::new());
    for (id, name) in [(1, "blue"), (2, "red")] {
        let tenant = Tenant { id, title: format!("the {name} shop").into() };
        tenants.add(&format!("{name}.localhost"), tenant, &store)?;
    }
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(tenants)).await?)
}

#[cfg(test)]
mod tests {
    use session_axum::testing::Client;

    use super::*;

    const COOKIE: &str = "__Host-session";

    struct Shops {
        tenants: Tenants,
        store: MemoryStore,
        blue: Client,
        red: Client,
    }

    /// A browser on two shops.
    fn shops() -> Shops {
        let (tenants, store) = (Tenants::default(), MemoryStore::new());
        tenants.add("blue.example", Tenant { id: 1, title: "blue".into() }, &store).unwrap();
        tenants.add("red.example", Tenant { id: 2, title: "red".into() }, &store).unwrap();
        let client = Client::new(app(tenants.clone()));
        let blue = client.clone().base_url("https://blue.example");
        Shops { tenants, store, blue, red: client.base_url("https://red.example") }
    }

    #[tokio::test]
    async fn a_browser_is_somebody_else_at_each_tenant() {
        let Shops { blue, red, .. } = shops();
        blue.post("/login/ann").await.assert_status(200);
        red.get("/").await.assert_status(401);
        red.post("/login/bob").await.assert_status(200);
        assert_eq!(blue.get("/").await.text(), "ann in blue");
        assert_eq!(red.get("/").await.text(), "bob in red");
    }

    #[tokio::test]
    async fn the_cookie_of_one_tenant_is_worth_nothing_at_another() {
        let Shops { blue, red, .. } = shops();
        blue.post("/login/ann").await;
        red.set_cookie(COOKIE, &blue.cookie(COOKIE).unwrap());
        red.get("/").await.assert_status(401);
        assert_eq!(blue.get("/").await.text(), "ann in blue");
    }

    #[tokio::test]
    async fn a_tenant_comes_and_goes_while_the_server_runs() {
        let Shops { tenants, store, blue, .. } = shops();
        let green = blue.clone().base_url("https://green.example:8443");
        green.get("/").await.assert_status(404);
        tenants.add("green.example", Tenant { id: 3, title: "green".into() }, &store).unwrap();
        green.post("/login/carol").await.assert_status(200);
        assert_eq!(green.get("/").await.text(), "carol in green");
        tenants.0.write().unwrap().remove("green.example");
        green.get("/").await.assert_status(404);
    }

    #[tokio::test]
    async fn another_tenant_under_the_host_of_a_former_one_gets_none_of_its_sessions() {
        let Shops { tenants, store, blue, .. } = shops();
        blue.post("/login/ann").await;
        tenants.add("blue.example", Tenant { id: 4, title: "new".into() }, &store).unwrap();
        blue.get("/").await.assert_status(401);
    }
}
