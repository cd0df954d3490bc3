use session_axum::session;

#[session]
struct Shop<T> {
    cart: Vec<T>,
}

#[session]
struct Borrowed<'a> {
    name: &'a str,
}

fn main() {}
