use session_core::session;

#[session(manul(Default))]
struct Shop {
    visits: u64,
}

fn main() {}
