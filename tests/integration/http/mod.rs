//! Sessions over HTTP, as a browser, a cache and an attacker see them.

mod app;
mod background_requests;
mod basics;
mod caching;
mod cleaning;
mod cookie_parsing;
mod cross_site;
mod development_cookie;
mod devices;
mod domains;
mod expiry;
mod form_tokens;
mod log_in;
mod log_in_anew;
mod log_out;
mod other_sites;
mod presets;
mod record_size;
mod remembering;
mod revocation;
mod rotation;
mod routing;
mod session_types;
mod set_cookie;
mod store_failures;
mod tokens;
