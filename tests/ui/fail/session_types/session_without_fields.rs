use session_axum::session;

#[session]
struct Unit;

#[session]
struct Empty {}

fn main() {}
