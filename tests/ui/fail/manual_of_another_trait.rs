use session_core::session;

#[session(manual(Debug))]
struct Shop {
    visits: u64,
}

fn main() {}
