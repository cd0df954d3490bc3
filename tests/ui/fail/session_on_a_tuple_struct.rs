use session_core::session;

#[session]
struct Shop(u64, String);

fn main() {}
