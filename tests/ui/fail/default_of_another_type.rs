use session_core::session;

#[session]
struct Shop {
    #[session(default = "dark")]
    theme: String,
}

fn main() {}
