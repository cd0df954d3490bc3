//! A gate with a parameter: what is behind it needs a permission by its name. One stands around files, which no
//! handler serves.

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use session_axum::{Gate, MemoryStore, RequestSession, Sessions, session};
use tower_http::services::ServeDir;

#[session]
struct Staff {
    #[session(principal)]
    user: Option<String>,
    permissions: Vec<String>,
}

/// Whoever has this permission.
fn may(sessions: &Sessions<Staff>, permission: &'static str) -> Gate<Staff> {
    sessions.gate().authenticated().or_redirect("/login").allow(move |session, _| async move {
        session.permissions.iter().any(|granted| granted == permission)
    })
}

fn app(sessions: &Sessions<Staff>, reports: &std::path::Path) -> Router {
    let prices = Router::new()
        .route("/prices", get(async || "all prices"))
        .route_layer(may(sessions, "prices.read"));
    let refunds = Router::new()
        .route("/refunds", post(async || "refunded"))
        .route_layer(may(sessions, "refunds.write"));
    let reports = Router::new()
        .nest_service("/reports", ServeDir::new(reports))
        .route_layer(may(sessions, "reports.read"));
    Router::new()
        .route("/login", get(async || "who are you?"))
        .route("/login/{user}/{permission}", post(log_in))
        .merge(prices)
        .merge(refunds)
        .merge(reports)
        .layer(sessions.layer())
}

async fn log_in(
    session: RequestSession<Staff>,
    Path((user, permission)): Path<(String, String)>,
) -> Result<(), session_axum::Error> {
    session.change(|session| {
        session.log_in(user);
        session.permissions = vec![permission];
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::builder(MemoryStore::new()).build()?;
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(&sessions, ".".as_ref())).await?)
}

#[cfg(test)]
mod tests {
    use session_axum::testing::Client;

    use super::*;

    fn client() -> Client {
        let sessions = Sessions::builder(MemoryStore::new()).build().expect("it is sound");
        Client::new(app(&sessions, env!("CARGO_MANIFEST_DIR").as_ref()))
    }

    #[tokio::test]
    async fn each_gate_asks_for_its_own_permission() {
        let client = client();
        client.post("/login/ann/prices.read").await.assert_status(200);
        assert_eq!(client.get("/prices").await.text(), "all prices");
        client.post("/refunds").await.assert_status(403);
        client.get("/reports/Cargo.toml").await.assert_status(403);
    }

    #[tokio::test]
    async fn a_gate_stands_around_files() {
        let client = client();
        client.get("/reports/Cargo.toml").await.assert_status(401);
        client.post("/login/ann/reports.read").await.assert_status(200);
        let file = client.get("/reports/Cargo.toml").await.assert_status(200);
        assert!(file.text().contains("[package]"));
        assert_eq!(file.header("vary"), Some("Cookie"));
        assert_eq!(file.header("cache-control"), Some("private, no-cache"));
    }

    #[tokio::test]
    async fn a_page_is_sent_to_the_log_in() {
        let page = client().navigating().get("/prices?of=tea").await;
        page.assert_redirect("/login?next=%2Fprices%3Fof%3Dtea");
    }
}
