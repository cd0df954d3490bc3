use session_axum::{SessionState, require_session};

#[require_session]
async fn visit(_state: &mut impl SessionState) {}

fn main() {}
