//! What axum sees of a session: guards, extractors, `Sessions` in the application's state, and answers to refusals.

pub(crate) mod builder;
pub(crate) mod clear_site_data;
pub(crate) mod cross_site;
pub(crate) mod extract;
pub(crate) mod from_state;
pub(crate) mod guard;
pub(crate) mod rejection;
pub(crate) mod request_head;
pub(crate) mod requirement;
pub(crate) mod return_to;
pub(crate) mod sealed_cookie_builder;
pub(crate) mod sessions;
