//! What a browser, a cache and an attacker see of a session.

#[path = "set_cookie.rs"]
mod attributes;
#[path = "background_requests.rs"]
mod background;
#[path = "caching.rs"]
mod caches;
mod devices;
#[path = "log_out.rs"]
mod endings;
#[path = "basics.rs"]
mod everyday;
#[path = "app.rs"]
mod house;
#[path = "expiry.rs"]
mod limits;
#[path = "cookie_parsing.rs"]
mod parsing;
#[path = "store_failures.rs"]
mod refusing;
#[path = "log_in.rs"]
mod renewal;
mod revocation;
mod rotation;
#[path = "routing.rs"]
mod routers;
mod tokens;
#[path = "session_types.rs"]
mod types;
