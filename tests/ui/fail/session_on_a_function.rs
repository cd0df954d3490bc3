use session_core::session;

#[session]
async fn add() {}

fn main() {}
