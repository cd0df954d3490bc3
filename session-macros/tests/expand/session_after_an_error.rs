#[session]
pub struct Shop {
    #[session(principle)]
    user: Option<UserId>,
}
