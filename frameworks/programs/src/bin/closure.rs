//! Handlers that are closures: they take a [`RequestSession`].

use axum::Router;
use axum::extract::Path;
use axum::response::Redirect;
use axum::routing::{get, post};
use session_axum::{Error, MemoryStore, RequestSession, Session, Sessions, session};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    #[session(merge = append)]
    cart: Vec<String>,
}

fn app(sessions: &Sessions<Shop>) -> Router {
    Router::new()
        .route("/prices", get(async || "tea 3, jam 5\n"))
        .route(
            "/cart",
            get(async |session: RequestSession<Shop>| session.read(|shop| shop.cart.join(" "))),
        )
        .route(
            "/cart/{sku}",
            post(async |session: RequestSession<Shop>, Path(sku): Path<String>| {
                session.change(|shop| shop.cart.push(sku))?;
                Ok::<_, Error>(Redirect::to("/cart"))
            }),
        )
        .route(
            "/login/{user}",
            post(async |session: RequestSession<Shop>, Path(user): Path<String>| {
                session.change(|session| session.log_in(user))
            }),
        )
        .route(
            "/logout",
            post(async |session: RequestSession<Shop>| session.change(Session::destroy)),
        )
        .layer(sessions.layer())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::builder(MemoryStore::new()).build()?;
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(&sessions)).await?)
}

#[cfg(test)]
mod tests {
    use session_axum::testing::{Client, stored};

    use super::*;

    #[tokio::test]
    async fn closures_read_and_change_the_session() -> Result<(), session_axum::BuildError> {
        let sessions = Sessions::builder(MemoryStore::new()).build()?;
        let client = Client::new(app(&sessions)).following_redirects();
        assert_eq!(client.post("/cart/tea").await.text(), "tea");
        assert_eq!(client.post("/cart/jam").await.text(), "tea jam");
        let before = client.cookie("__Host-session");
        client.post("/login/ann").await.assert_status(200);
        assert_ne!(client.cookie("__Host-session"), before);
        assert_eq!(stored(&sessions, &client).await.unwrap().user.as_deref(), Some("ann"));
        client.post("/logout").await.assert_status(200);
        assert_eq!(client.get("/cart").await.text(), "");
        let prices = client.get("/prices").await.assert_status(200);
        assert_eq!(prices.header("vary"), None, "nobody asked for the session");
        Ok(())
    }
}
