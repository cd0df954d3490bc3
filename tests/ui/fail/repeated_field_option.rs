use session_core::session;

#[session]
struct Shop {
    #[session(merge = sum, carry)]
    #[session(merge = max)]
    visits: u64,
}

fn main() {}
