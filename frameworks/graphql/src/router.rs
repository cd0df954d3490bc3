//! The router: one route, and the sessions' layer around it.

use async_graphql_axum::{GraphQLBatchRequest, GraphQLRequest, GraphQLResponse};
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use session_axum::{RequestSession, Sessions};

use crate::schema::{ShopSchema, schema};
use crate::shop::Shop;

async fn graphql(
    State(schema): State<ShopSchema>,
    session: RequestSession<Shop>,
    request: GraphQLRequest,
) -> GraphQLResponse {
    schema.execute(request.into_inner().data(session)).await.into()
}

/// Several operations in one request.
async fn batch(
    State(schema): State<ShopSchema>,
    session: RequestSession<Shop>,
    request: GraphQLBatchRequest,
) -> GraphQLResponse {
    schema.execute_batch(request.into_inner().data(session)).await.into()
}

/// The application.
pub fn router(sessions: &Sessions<Shop>) -> Router {
    Router::new()
        .route("/graphql", post(graphql))
        .route("/batch", post(batch))
        .layer(sessions.layer())
        .with_state(schema())
}
