#[session]
struct Shop {
    #[session(flatten)]
    login: accounts::Login,
    #[session(flatten, rename = "device")]
    browser: Device,
    #[session(rename = "login.hint")]
    hint: String,
}

#[session]
struct Login {
    #[session(ttl = "10m")]
    code: Option<u32>,
    #[session(opaque, ttl = "1h")]
    verifier: Option<oauth::Verifier>,
}
