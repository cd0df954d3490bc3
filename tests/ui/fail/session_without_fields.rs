use session_core::session;

#[session]
struct Unit;

#[session]
struct Empty {}

fn main() {}
