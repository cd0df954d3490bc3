#[session]
struct Shop {
    #[session(flatten)]
    login: accounts::Login,
    #[session(flatten, rename = "device")]
    browser: Device,
    #[session(rename = "login.hint")]
    hint: String,
}
