use session_axum::session;

#[session]
async fn add() {}

fn main() {}
