//! The router: pages and server functions, and the sessions around all of them.

use axum::Router;
use leptos::prelude::{LeptosOptions, provide_context};
use leptos_axum::{LeptosRoutes as _, generate_route_list};
use session_axum::Sessions;

use crate::app::{App, shell};
use crate::database::Database;
use crate::shop::Shop;

/// The application. The gate loads the session before a page begins, which is streamed: it can be read to the end of the page.
pub fn router(sessions: &Sessions<Shop>, database: Database) -> Router {
    routes(database).layer(sessions.gate())
}

/// Pages and server functions: Leptos adds a route for each of both.
pub fn routes(database: Database) -> Router {
    let options = LeptosOptions::builder().output_name("shop").build();
    let context = move || provide_context(database.clone());
    Router::new()
        .leptos_routes_with_context(&options, generate_route_list(App), context, shell)
        .with_state(options)
}
