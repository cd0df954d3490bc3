//! Tenants in one router: a middleware puts the layer of the right sessions around each request, and handlers take a
//! [`RequestSession`], which needs no state.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use session_axum::{Error, MemoryStore, RequestSession, Sessions, session};
use tower::{Layer as _, ServiceExt as _};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
}

/// The sessions of each tenant, by its host.
type Tenants = Arc<HashMap<String, Sessions<Shop>>>;

async fn of_tenant(State(tenants): State<Tenants>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let Some(sessions) = host.and_then(|host| tenants.get(host)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let answer: Result<Response, Infallible> = sessions.layer().layer(next).oneshot(request).await;
    answer.into_response()
}

async fn account(session: RequestSession<Shop>) -> Result<String, Error> {
    session.read(|shop| shop.user.clone().unwrap_or("nobody".to_owned()))
}

/// Stands for a log-in with a password.
async fn log_in(session: RequestSession<Shop>, Path(user): Path<String>) -> Result<(), Error> {
    session.change(|session| session.log_in(user))
}

fn app(hosts: &[&str]) -> Result<Router, session_axum::BuildError> {
    let store = MemoryStore::new();
    let mut tenants = HashMap::new();
    for &host in hosts {
        let sessions = Sessions::builder(store.clone()).name(&format!("shop of {host}")).build()?;
        tenants.insert(host.to_owned(), sessions);
    }
    let routes = Router::new().route("/", get(account)).route("/login/{user}", post(log_in));
    Ok(routes.layer(from_fn_with_state(Tenants::new(tenants), of_tenant)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    let port = listener.local_addr()?.port();
    let hosts = ["blue", "red"].map(|name| format!("{name}.localhost:{port}"));
    Ok(axum::serve(listener, app(&hosts.each_ref().map(String::as_str))?).await?)
}

#[cfg(test)]
mod tests {
    use session_axum::testing::Client;

    use super::*;

    #[tokio::test]
    async fn each_tenant_has_sessions_of_its_own() {
        let client = Client::new(app(&["blue.example", "red.example"]).unwrap());
        let [blue, red, green] = ["blue", "red", "green"]
            .map(|name| client.clone().base_url(&format!("https://{name}.example")));
        blue.post("/login/ann").await.assert_status(200);
        assert_eq!(blue.get("/").await.text(), "ann");
        assert_eq!(red.get("/").await.text(), "nobody");
        red.set_cookie("__Host-session", &blue.cookie("__Host-session").unwrap());
        assert_eq!(red.get("/").await.text(), "nobody");
        green.get("/").await.assert_status(404);
    }
}
