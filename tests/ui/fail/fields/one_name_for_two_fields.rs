use session_axum::session;

#[session]
struct Shop {
    cart: Vec<u64>,
    #[session(rename = "cart")]
    basket: Vec<u64>,
    #[session(alias = "cart", alias = "wishlist")]
    wishlist: Vec<u64>,
}

fn main() {}
