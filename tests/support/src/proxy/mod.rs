//! A TCP proxy in front of a server, which delays, swallows or cuts what passes, and counts PostgreSQL's round trips.

mod forwarder;
mod round_trips;
mod tcp_proxy;

pub use tcp_proxy::Proxy;
