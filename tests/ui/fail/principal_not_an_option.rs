use session_core::session;

#[session]
struct Shop {
    #[session(principal)]
    user: u64,
}

fn main() {}
