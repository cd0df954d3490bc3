//! The integration tests: whole applications on every store, in one binary.
//!
//! | module | what it tests |
//! | --- | --- |
//! | [`http`] | sessions over HTTP, as a browser, a cache and an attacker see them |
//! | [`import`] | sessions that browsers had elsewhere |
//! | [`handlers`] | every way in which a handler ends |
//! | [`field_types`] | what fields may be, and which changes to them are stored |
//! | [`holding`] | functions around functions, and several sessions of one request |
//! | [`request_session`] | layers, closures, services and extractors that read and change the session |
//! | [`live`] | what goes on beyond its request, and ends with its session, on every node |
//! | [`browser`] | what a browser decides: what it keeps, which cookies it sends and takes |
//! | [`access_control`] | which requests pass, where the others are sent |
//! | [`concurrency`] | many requests on one session at the same time |
//! | [`model`] | random schedules of requests, against a small model |
//! | [`decode_cache`] | how often a session is decoded |
//! | [`sealing`] | sealed records: turned on, rotated, attacked |
//! | [`sealed_cookie`] | sessions without a database |
//! | [`at_rest`] | what lies on the disk |
//! | [`deploys`] | two releases on one table |
//! | [`postgres`] | outages and costs on PostgreSQL |
//! | [`testing`] | the testing kit, as an application's tests use it |
//! | [`examples`] | the example programs |
//!
//! Most tests run on every store, each in a module of the store's name: `memory`, `sqlite`, `postgres`, `redis`.
//! Features of these names say which are built: `cargo test -p session-tests --no-default-features --features sqlite`
//! needs no server, and `-- sqlite::` runs SQLite's tests alone.
//!
//! Which tests need Linux: all that start a program, because it is found in `/proc` and stopped by signals. That is
//! everything under the features `postgres`, `redis` and `examples`, and with `sqlite` the directory of its files.
//! Without features (`--no-default-features`) nothing is started, and any Unix will do.

mod access_control;
mod at_rest;
#[cfg(feature = "examples")]
mod browser;
mod concurrency;
mod decode_cache;
mod deploys;
#[cfg(feature = "examples")]
mod examples;
mod field_types;
mod handlers;
mod holding;
mod http;
mod import;
mod intercepted_store;
mod live;
mod model;
#[cfg(feature = "examples")]
mod oidc;
#[cfg(feature = "postgres")]
mod postgres;
mod readme;
mod request_session;
mod sealed_cookie;
mod sealing;
mod testing;
