//! A shop in Leptos, rendered on the server: its server functions have the request's session.
//!
//! `sessions.gate()` stands around the whole router. A server function extracts a
//! [`RequestSession`](session_axum::RequestSession), which needs no state.

mod app;
mod database;
mod router;
#[expect(missing_docs, reason = "`#[server]` makes a struct of each function's arguments")]
mod server_functions;
mod shop;

pub use database::Database;
pub use router::{router, routes};
pub use server_functions::*;
pub use shop::Shop;
