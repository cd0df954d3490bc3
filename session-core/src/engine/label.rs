//! Where a session was begun, for a device list.

use std::sync::Arc;

use http::HeaderValue;

/// What a browser calls itself, in at most 200 bytes of printable ASCII.
pub(crate) fn label(user_agent: Option<&HeaderValue>) -> Option<Arc<str>> {
    let agent = user_agent?.to_str().ok()?;
    let label: String = agent.chars().filter(|char| !char.is_control()).take(200).collect();
    Some(label.into())
}
