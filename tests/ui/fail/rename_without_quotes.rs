use session_core::session;

#[session]
struct Shop {
    #[session(rename = basket)]
    cart: Vec<u64>,
}

fn main() {}
