use session_axum::{require_session, session};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
}

const LOGIN: &str = "/login";

#[require_session(authenticated, or_redirect = "login")]
async fn relative(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(authenticated, or_redirect = "https://evil.example/login")]
async fn absolute(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(authenticated, or_redirect = "//evil.example/login")]
async fn without_a_scheme(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(authenticated, or_redirect = "/\\evil.example")]
async fn backslash(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(authenticated, or_redirect = "/log in")]
async fn space(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(authenticated, or_redirect = "/login#form")]
async fn fragment(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session(authenticated, or_redirect = LOGIN)]
async fn constant(shop: &mut Shop) {
    shop.visits += 1;
}

fn main() {}
