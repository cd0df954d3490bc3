use session_core::session;

#[session]
async fn add(shop: u64) {}

fn main() {}
