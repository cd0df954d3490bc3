use session_axum::session;

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
