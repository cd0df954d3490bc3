use session_core::session;

#[session]
struct Shop<T> {
    cart: Vec<T>,
}

#[session]
struct Borrowed<'a> {
    name: &'a str,
}

fn main() {}
