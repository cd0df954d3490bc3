use session_core::session;

#[session(manual)]
struct Shop {
    visits: u64,
}

fn main() {}
