//! The server of a single-page application: JSON throughout, and a front end on another origin of the same site.

use std::error::Error;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use session_axum::{MemoryStore, Refusal, Session, Sessions, require_session, session};
use tower_http::cors::CorsLayer;

/// Where the front end is. This server is `https://api.example.com`: another origin, of the same site.
const FRONT_END: &str = "https://app.example.com";

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    #[session(merge = append)]
    cart: Vec<String>,
}

/// What scripts are told when something does not work.
#[derive(Serialize)]
struct Problem {
    #[serde(skip)]
    status: StatusCode,
    error: String,
    /// Whether to show the log-in.
    log_in: bool,
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let status = refusal.status();
        let error = refusal.client_message();
        Self { status, error, log_in: refusal.is_cured_by_log_in() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(self)).into_response()
    }
}

/// Browsers ask before they send JSON from another origin, and show a script the answers of those who allow it.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(HeaderValue::from_static(FRONT_END))
        .allow_credentials(true) // cookies
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([CONTENT_TYPE])
}

#[derive(Deserialize)]
struct LogIn {
    user: String,
    password: String,
}

#[derive(Serialize)]
struct Me {
    user: Option<String>,
    cart: Vec<String>,
}

/// What the front end asks first.
#[require_session]
async fn me(shop: &Shop) -> Json<Me> {
    Json(Me { user: shop.user.clone(), cart: shop.cart.clone() })
}

#[require_session]
async fn log_in(
    session: &mut Session<Shop>,
    Json(form): Json<LogIn>,
) -> Result<StatusCode, Problem> {
    if form.password != "open sesame" {
        let error = "there is no such user, or this is not the password".to_owned();
        return Err(Problem { status: StatusCode::UNPROCESSABLE_ENTITY, error, log_in: true });
    }
    session.log_in(form.user);
    Ok(StatusCode::NO_CONTENT)
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) -> StatusCode {
    session.destroy();
    StatusCode::NO_CONTENT
}

#[require_session(authenticated)]
async fn add(shop: &mut Shop, Json(sku): Json<String>) -> StatusCode {
    shop.cart.push(sku);
    StatusCode::NO_CONTENT
}

fn app() -> Result<Router, Box<dyn Error>> {
    let sessions = Sessions::builder(MemoryStore::new())
        .trusted_origin(FRONT_END)?
        .on_refusal(|refusal, _| Problem::from(refusal).into_response())
        .build()?;
    Ok(Router::new()
        .route("/session", get(me).post(log_in).delete(log_out))
        .route("/cart", post(add))
        .with_state(sessions)
        .layer(cors())) // last, so that it is around refusals too
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app()?).await?)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use serde_json::{Value, json};
    use session_axum::testing::Client;

    use super::*;

    /// A page of this origin of the site, whose script calls the server with `credentials: "include"`.
    fn page(origin: &str) -> Client {
        Client::new(app().expect("it is sound"))
            .base_url("https://api.example.com")
            .header("sec-fetch-site", "same-site")
            .header("origin", origin)
    }

    fn ann() -> Value {
        json!({"user": "ann", "password": "open sesame"})
    }

    #[tokio::test]
    async fn the_front_end_logs_in_and_out() {
        let page = page(FRONT_END);
        let me = page.get("/session").await;
        assert_eq!(me.text(), r#"{"user":null,"cart":[]}"#);
        page.json("/session", &ann()).await.assert_status(204);
        page.json("/cart", "tea").await.assert_status(204);
        let me = page.get("/session").await;
        assert_eq!(me.text(), r#"{"user":"ann","cart":["tea"]}"#);
        assert_eq!(me.header("access-control-allow-origin"), Some(FRONT_END));
        assert_eq!(me.header("access-control-allow-credentials"), Some("true"));
        page.request(Method::DELETE, "/session").await.assert_status(204);
        assert_eq!(page.cookie("__Host-session"), None);
    }

    #[tokio::test]
    async fn a_refusal_is_json_that_the_front_end_may_read() {
        let refused = page(FRONT_END).json("/cart", "tea").await.assert_status(401);
        assert_eq!(refused.text(), r#"{"error":"this needs a log-in","log_in":true}"#);
        assert_eq!(refused.header("access-control-allow-origin"), Some(FRONT_END));
    }

    #[tokio::test]
    async fn the_browser_is_allowed_to_ask() {
        let request = Request::options("/cart")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
            .body(Body::empty())
            .unwrap();
        let answer = page(FRONT_END).send(request).await.assert_status(200);
        assert_eq!(answer.header("access-control-allow-headers"), Some("content-type"));
    }

    #[tokio::test]
    async fn another_origin_of_the_site_can_neither_act_nor_read() {
        let app = page(FRONT_END);
        app.json("/session", &ann()).await;
        let blog = app.header("origin", "https://blog.example.com");
        let refused = blog.json("/cart", "tea").await.assert_status(403);
        assert_eq!(refused.header("access-control-allow-origin"), Some(FRONT_END));
        assert!(refused.text().contains(r#""log_in":false"#));
    }

    #[tokio::test]
    async fn another_site_comes_without_the_cookie() {
        let app = page(FRONT_END);
        app.json("/session", &ann()).await;
        let evil = Client::new(super::app().unwrap())
            .base_url("https://api.example.com")
            .cross_site("https://evil.example");
        evil.receive(&app.json("/session", &ann()).await);
        assert_eq!(evil.get("/session").await.text(), r#"{"user":null,"cart":[]}"#);
        evil.json("/cart", "tea").await.assert_status(403);
    }
}
