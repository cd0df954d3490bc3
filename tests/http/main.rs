//! What a browser, a cache and an attacker see of a session.

mod attributes;
mod background;
mod caches;
mod devices;
mod endings;
mod everyday;
mod house;
mod limits;
mod parsing;
mod refusing;
mod renewal;
mod revocation;
mod rotation;
mod routers;
mod tokens;
mod types;
