use session_core::session;

#[session]
struct Shop {
    #[session]
    visits: u64,
}

fn main() {}
