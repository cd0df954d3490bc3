//! A tower service, which is no handler: it takes a [`RequestSession`] out of the request.

use std::convert::Infallible;

use axum::Router;
use axum::extract::{FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Response};
use session_axum::{MemoryStore, RequestSession, Sessions, session};
use tower::service_fn;

#[session]
struct Shop {
    #[session(merge = sum)]
    visits: u64,
}

/// Any service: a proxy, a file server, another framework.
async fn serve(request: Request) -> Result<Response, Infallible> {
    let (mut parts, _body) = request.into_parts();
    let session = match RequestSession::<Shop>::from_request_parts(&mut parts, &()).await {
        Ok(session) => session,
        Err(rejection) => return Ok(rejection.into_response()),
    };
    let visits = session.change(|shop| {
        shop.visits += 1;
        shop.visits
    });
    Ok(visits.map(|visits| format!("{} {visits}\n", parts.uri.path())).into_response())
}

fn app(sessions: &Sessions<Shop>) -> Router {
    Router::new().nest_service("/files", service_fn(serve)).layer(sessions.layer())
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
    use session_axum::testing::{Client, Fault, FaultyStore, Operation};
    use tower::ServiceBuilder;

    use super::*;

    #[tokio::test]
    async fn a_service_changes_the_session() -> Result<(), session_axum::BuildError> {
        let sessions = Sessions::builder(MemoryStore::new()).build()?;
        let client = Client::new(app(&sessions));
        assert_eq!(client.post("/files/a").await.text(), "/a 1\n");
        assert_eq!(client.get("/files/b").await.text(), "/b 2\n");
        Ok(())
    }

    #[tokio::test]
    async fn a_service_without_a_router_has_it_as_well() -> Result<(), session_axum::BuildError> {
        let store = FaultyStore::new(MemoryStore::new());
        let sessions = Sessions::<Shop>::builder(store.clone()).build()?;
        let service = ServiceBuilder::new().layer(sessions.layer()).service_fn(serve);
        let client = Client::new(service);
        assert_eq!(client.get("/").await.text(), "/ 1\n");
        store.inject(Operation::Load, Fault::Fails);
        client.get("/").await.assert_status(503);
        Ok(())
    }
}
