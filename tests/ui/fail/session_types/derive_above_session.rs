//! Put your `#[derive]` below `#[session]`, which then leaves out what you derive.

use session_axum::session;

#[derive(Clone)]
#[session]
struct Shop {
    visits: u64,
}

fn main() {}
