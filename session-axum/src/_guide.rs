//! The guide: a module for each chapter.
//!
// For rustdoc alone. The files lie in `docs/guide`, where a forge shows them. The first definition of a link counts: here it is that
// of `chapters.md`, a module; there the file's own.
#![doc = include_str!("chapters.md")]
#![doc = include_str!("../guide/README.md")]

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/first-steps.md")]
pub mod first_steps {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/handlers-and-middleware.md")]
#[doc(alias = "middleware")]
pub mod handlers_and_middleware {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/session-types.md")]
pub mod session_types {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/concurrent-requests.md")]
#[doc(alias = "merge")]
pub mod concurrent_requests {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/flash-messages.md")]
#[doc(alias = "flash")]
pub mod flash_messages {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/beside-the-attribute.md")]
pub mod beside_the_attribute {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/frameworks.md")]
pub mod frameworks {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/sockets-and-streams.md")]
pub mod sockets_and_streams {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/compiler-messages.md")]
pub mod compiler_messages {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/testing.md")]
pub mod testing {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/recipes.md")]
#[doc(alias = "impersonate")]
pub mod recipes {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/log-in.md")]
pub mod log_in {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/devices.md")]
#[doc(alias = "revoke")]
pub mod devices {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/access-control.md")]
pub mod access_control {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/cookies.md")]
pub mod cookies {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/cross-site-requests.md")]
#[doc(alias("csrf", "xsrf"))]
pub mod cross_site_requests {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/clients.md")]
pub mod clients {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/security-model.md")]
#[doc(alias = "threats")]
pub mod security_model {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/stores.md")]
pub mod stores {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/performance.md")]
#[doc(alias = "benchmarks")]
pub mod performance {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/keys.md")]
pub mod keys {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/cookie-only.md")]
pub mod cookie_only {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/production.md")]
pub mod production {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/errors.md")]
pub mod errors {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/deploys.md")]
pub mod deploys {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/versions.md")]
#[doc(alias("msrv", "upgrade"))]
pub mod versions {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/writing-a-store.md")]
#[doc(alias("backend", "middleware"))]
pub mod writing_a_store {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/limits.md")]
pub mod limits {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/coming-from.md")]
#[doc(alias("tower_sessions", "axum_session", "actix_session"))]
pub mod coming_from {}

#[doc = include_str!("chapters.md")]
#[doc = include_str!("../guide/moving-over.md")]
pub mod moving_over {}
