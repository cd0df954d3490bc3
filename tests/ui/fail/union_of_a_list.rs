use session_core::session;

#[session]
struct Shop {
    #[session(merge = union)]
    cart: Vec<u64>,
}

fn main() {}
