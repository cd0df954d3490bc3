use session_core::session;

#[session]
struct Shop {
    #[session(merge)]
    visits: u64,
    #[session(rename)]
    cart: Vec<u64>,
    #[session(default =)]
    theme: String,
}

fn main() {}
