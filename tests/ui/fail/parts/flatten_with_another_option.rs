use session_axum::session;

#[session]
struct Login {
    user: Option<u64>,
}

#[session]
struct Shop {
    #[session(flatten, principal, merge = sum)]
    login: Login,
    #[session(flatten, default = Login::default(), carry)]
    former: Login,
    #[session(flatten, alias = "staff")]
    #[cfg(all())]
    clerk: Login,
    #[session(flatten, rename = "the.others")]
    others: Login,
}

fn main() {}
