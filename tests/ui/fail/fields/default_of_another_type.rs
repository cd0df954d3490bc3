//! Write an expression of the field's type: `default = String::from("dark")`.

use session_axum::session;

#[session]
struct Shop {
    #[session(default = "dark")]
    theme: String,
}

fn main() {}
