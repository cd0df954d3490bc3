//! A shop in GraphQL: its resolvers have the request's session, as a
//! [`RequestSession`](session_axum::RequestSession) in the request's data.

mod router;
#[expect(clippy::unused_async, reason = "`#[Object]` takes `async` functions")]
mod schema;
mod shop;

pub use router::router;
pub use schema::{Ask, Change, ShopSchema, schema};
pub use shop::Shop;
