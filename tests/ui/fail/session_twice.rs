use session_core::session;

#[session]
#[session(manual(Default))]
struct Shop {
    visits: u64,
}

fn main() {}
