use session_axum::session;

#[session]
struct Shop {
    #[session(rename = "cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_cart_")]
    cart: Vec<u64>,
}

fn main() {}
