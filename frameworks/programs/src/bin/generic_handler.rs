//! A generic handler, with a generic state.

use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use session_axum::{MemoryStore, Sessions, require_session, session};

#[session]
struct Shop {
    cart: Vec<String>,
}

/// Where the prices come from: a database, or a test's own.
trait Prices: Clone + Send + Sync + 'static {
    fn of(&self, sku: &str) -> Option<u32>;
}

#[derive(Clone)]
struct App<P> {
    sessions: Sessions<Shop>,
    prices: P,
}

// `#[derive(FromRef)]` takes no generics.
impl<P> FromRef<App<P>> for Sessions<Shop> {
    fn from_ref(app: &App<P>) -> Self {
        app.sessions.clone()
    }
}

#[require_session]
async fn add<P: Prices>(
    shop: &mut Shop,
    State(app): State<App<P>>,
    Path(sku): Path<String>,
) -> Result<String, StatusCode> {
    let price = app.prices.of(&sku).ok_or(StatusCode::NOT_FOUND)?;
    shop.cart.push(sku);
    Ok(price.to_string())
}

#[require_session]
async fn total<P>(shop: &Shop, State(app): State<App<P>>) -> String
where
    P: Prices,
{
    shop.cart.iter().filter_map(|sku| app.prices.of(sku)).sum::<u32>().to_string()
}

fn app<P: Prices>(app: App<P>) -> Router {
    Router::new()
        .route("/cart/{sku}", post(add::<P>))
        .route("/total", get(total::<P>))
        .with_state(app)
}

/// The same price for everything.
#[derive(Clone)]
struct Flat(u32);

impl Prices for Flat {
    fn of(&self, _: &str) -> Option<u32> {
        Some(self.0)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::builder(MemoryStore::new()).build()?;
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(App { sessions, prices: Flat(3) })).await?)
}

#[cfg(test)]
mod tests {
    use session_axum::testing::Client;

    use super::*;

    #[derive(Clone)]
    struct ByLength;

    impl Prices for ByLength {
        fn of(&self, sku: &str) -> Option<u32> {
            (sku != "nothing").then(|| u32::try_from(sku.len()).unwrap_or(u32::MAX))
        }
    }

    #[tokio::test]
    async fn a_handler_is_generic_over_what_the_state_holds() -> Result<(), session_axum::BuildError>
    {
        let sessions = Sessions::builder(MemoryStore::new()).build()?;
        let client = Client::new(app(App { sessions: sessions.clone(), prices: ByLength }));
        assert_eq!(client.post("/cart/bread").await.text(), "5");
        assert_eq!(client.post("/cart/tea").await.text(), "3");
        client.post("/cart/nothing").await.assert_status(404);
        assert_eq!(client.get("/total").await.text(), "8");
        let flat = client.at(app(App { sessions, prices: Flat(10) }));
        assert_eq!(flat.get("/total").await.text(), "20");
        Ok(())
    }
}
