//! Handlers with a session in an OpenAPI document: `#[utoipa::path]` stands below `#[require_session]`.

use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use session_axum::{MemoryStore, Session, Sessions, require_session, session};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::{IntoResponses, Modify, OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    cart: Vec<Item>,
}

/// Something to buy.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
struct Item {
    sku: String,
    count: u32,
}

#[derive(OpenApi)]
#[openapi(modifiers(&SessionScheme))]
struct Api;

/// The session cookie, to which handlers refer as `session`.
struct SessionScheme;

impl Modify for SessionScheme {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-session")));
        api.components.get_or_insert_default().add_security_scheme("session", cookie);
    }
}

/// How a handler with `authenticated` refuses.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "for the document")]
enum Refusals {
    /// Nobody is logged in.
    #[response(status = 401)]
    NotAuthenticated,
    /// The request comes from another site.
    #[response(status = 403)]
    CrossSite,
    /// The session could not be read or saved.
    #[response(status = 503)]
    Unavailable,
}

/// What is in the cart.
#[require_session(authenticated)]
#[utoipa::path(
    get,
    path = "/cart",
    security(("session" = [])),
    responses((status = 200, body = Vec<Item>), Refusals),
)]
async fn cart(shop: &Shop) -> Json<Vec<Item>> {
    Json(shop.cart.clone())
}

/// Puts something into the cart.
#[require_session(authenticated)]
#[utoipa::path(
    post,
    path = "/cart",
    security(("session" = [])),
    responses((status = 200, body = Vec<Item>), Refusals),
)]
async fn add(shop: &mut Shop, Json(item): Json<Item>) -> Json<Vec<Item>> {
    shop.cart.push(item);
    Json(shop.cart.clone())
}

/// Logs in.
#[require_session]
#[utoipa::path(
    post,
    path = "/login/{user}",
    responses((status = 200, headers(("Set-Cookie", description = "the session cookie")))),
)]
async fn log_in(session: &mut Session<Shop>, Path(user): Path<String>) {
    session.log_in(user); // after a look at the password
}

fn app(sessions: Sessions<Shop>) -> Router {
    let (routes, api) = OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(cart, add))
        .routes(routes!(log_in))
        .split_for_parts();
    routes.with_state(sessions).route("/openapi.json", get(async || Json(api)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::builder(MemoryStore::new()).build()?;
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(sessions)).await?)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use session_axum::testing::Client;

    use super::*;

    fn client() -> Client {
        let sessions = Sessions::builder(MemoryStore::new()).build().expect("it is sound");
        Client::new(app(sessions))
    }

    #[tokio::test]
    async fn the_document_has_the_handlers_with_what_they_take_and_answer() {
        let api: Value = client().get("/openapi.json").await.assert_status(200).json();
        let add = &api["paths"]["/cart"]["post"];
        assert_eq!(add["operationId"], "add");
        assert_eq!(add["summary"], "Puts something into the cart.");
        let body = &add["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(*body, json!({"$ref": "#/components/schemas/Item"}));
        let statuses: Vec<_> = add["responses"].as_object().unwrap().keys().collect();
        assert_eq!(statuses, ["200", "401", "403", "503"]);
        assert_eq!(add["responses"]["401"]["description"], "Nobody is logged in.");
        assert_eq!(add["security"], json!([{"session": []}]));
        let parameters = &api["paths"]["/login/{user}"]["post"]["parameters"];
        assert_eq!(
            (&parameters[0]["name"], parameters.as_array().unwrap().len()),
            (&json!("user"), 1)
        );
    }

    #[tokio::test]
    async fn the_cookie_has_the_name_that_the_document_says() {
        let client = client();
        let api: Value = client.get("/openapi.json").await.json();
        let scheme = &api["components"]["securitySchemes"]["session"];
        assert_eq!((&scheme["type"], &scheme["in"]), (&json!("apiKey"), &json!("cookie")));
        client.post("/login/ann").await.assert_status(200);
        assert!(client.cookie(scheme["name"].as_str().unwrap()).is_some());
    }

    #[tokio::test]
    async fn the_handlers_do_what_the_document_says() {
        let client = client();
        client.get("/cart").await.assert_status(401);
        client.post("/login/ann").await;
        let item = json!({"sku": "tea", "count": 2});
        assert_eq!(client.json("/cart", &item).await.json::<Value>(), json!([item]));
        let evil = client.cross_site("https://evil.example");
        evil.json("/cart", &item).await.assert_status(403);
    }
}
