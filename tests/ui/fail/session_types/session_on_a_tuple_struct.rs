use session_axum::session;

#[session]
struct Shop(u64, String);

fn main() {}
