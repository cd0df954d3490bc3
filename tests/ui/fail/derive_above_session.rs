use session_core::session;

#[derive(Clone)]
#[session]
struct Shop {
    visits: u64,
}

fn main() {}
