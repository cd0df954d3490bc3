use session_axum::session;

#[session]
struct Shop {
    #[session(merge = union)]
    cart: Vec<u64>,
}

fn main() {}
