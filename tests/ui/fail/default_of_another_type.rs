use session_axum::session;

#[session]
struct Shop {
    #[session(default = "dark")]
    theme: String,
}

fn main() {}
