//! Programs that a newcomer runs: `cargo run --example quickstart`, `shop`, `accounts`, `permissions`, `chat`, `bearer` and `hyper`.
//!
//! The programs in the READMEs are doc tests of this crate: it may depend on every store, which the
//! crates that they describe may not.

pub mod address;
pub mod command_line;
pub mod device;
pub mod place;

/// The README's programs.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Workspace;

/// The programs in the page on a request and its session.
#[cfg(doctest)]
#[doc = include_str!("../../docs/sessions.md")]
pub struct OneRequest;

/// The programs in the guide.
#[cfg(doctest)]
pub mod guide {
    #[doc = include_str!("../../docs/guide/first-steps.md")]
    pub mod first_steps {}

    #[doc = include_str!("../../docs/guide/handlers-and-middleware.md")]
    pub mod handlers_and_middleware {}

    #[doc = include_str!("../../docs/guide/session-types.md")]
    pub mod session_types {}

    #[doc = include_str!("../../docs/guide/concurrent-requests.md")]
    pub mod concurrent_requests {}

    #[doc = include_str!("../../docs/guide/flash-messages.md")]
    pub mod flash_messages {}

    #[doc = include_str!("../../docs/guide/beside-the-attribute.md")]
    pub mod beside_the_attribute {}

    #[doc = include_str!("../../docs/guide/frameworks.md")]
    pub mod frameworks {}

    #[doc = include_str!("../../docs/guide/sockets-and-streams.md")]
    pub mod sockets_and_streams {}

    #[doc = include_str!("../../docs/guide/compiler-messages.md")]
    pub mod compiler_messages {}

    #[doc = include_str!("../../docs/guide/testing.md")]
    pub mod testing {}

    #[doc = include_str!("../../docs/guide/recipes.md")]
    pub mod recipes {}

    #[doc = include_str!("../../docs/guide/log-in.md")]
    pub mod log_in {}

    #[doc = include_str!("../../docs/guide/devices.md")]
    pub mod devices {}

    #[doc = include_str!("../../docs/guide/access-control.md")]
    pub mod access_control {}

    #[doc = include_str!("../../docs/guide/cookies.md")]
    pub mod cookies {}

    #[doc = include_str!("../../docs/guide/cross-site-requests.md")]
    pub mod cross_site_requests {}

    #[doc = include_str!("../../docs/guide/clients.md")]
    pub mod clients {}

    #[doc = include_str!("../../docs/guide/security-model.md")]
    pub mod security_model {}

    #[doc = include_str!("../../docs/guide/stores.md")]
    pub mod stores {}

    #[doc = include_str!("../../docs/guide/performance.md")]
    pub mod performance {}

    #[doc = include_str!("../../docs/guide/keys.md")]
    pub mod keys {}

    #[doc = include_str!("../../docs/guide/cookie-only.md")]
    pub mod cookie_only {}

    #[doc = include_str!("../../docs/guide/production.md")]
    pub mod production {}

    #[doc = include_str!("../../docs/guide/errors.md")]
    pub mod errors {}

    #[doc = include_str!("../../docs/guide/deploys.md")]
    pub mod deploys {}

    #[doc = include_str!("../../docs/guide/versions.md")]
    pub mod versions {}

    #[doc = include_str!("../../docs/guide/limits.md")]
    pub mod limits {}

    #[doc = include_str!("../../docs/guide/coming-from.md")]
    pub mod coming_from {}

    #[doc = include_str!("../../docs/guide/writing-a-store.md")]
    pub mod writing_a_store {}

    #[doc = include_str!("../../docs/guide/moving-over.md")]
    pub mod moving_over {}
}

/// The programs in session-macros' README.
#[cfg(doctest)]
#[doc = include_str!("../../session-macros/README.md")]
pub struct Macros;

/// The programs in session-sqlx's README.
#[cfg(doctest)]
#[doc = include_str!("../../session-sqlx/README.md")]
pub struct Sqlx;

/// The programs in session-redis's README.
#[cfg(doctest)]
#[doc = include_str!("../../session-redis/README.md")]
pub struct Redis;
