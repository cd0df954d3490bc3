use session_axum::session;

#[session]
struct Login {
    #[session(alias = "name")]
    user: Option<u64>,
}

#[session]
struct Shop {
    #[session(flatten)]
    login: Login,
    #[session(rename = "login.user")]
    customer: u64,
    #[session(alias = "login.name")]
    name: String,
}

fn main() {}
