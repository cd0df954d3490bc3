use session_axum::{Sessions, session};

#[session]
struct Shop {
    visits: u64,
}

fn main() {
    let _ = Sessions::<Shop>::builder("postgres://localhost/shop").build();
}
