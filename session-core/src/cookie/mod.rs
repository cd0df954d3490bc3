//! The session cookie: what it may be, how it is read, how it is written.

pub(crate) mod chunks;
pub(crate) mod clear_site_data;
mod domain;
pub(crate) mod private_pages;
pub(crate) mod read;
pub(crate) mod seen;
pub(crate) mod session_cookie;
pub(crate) mod write;
