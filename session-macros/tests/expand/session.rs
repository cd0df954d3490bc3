#[session]
#[derive(Debug)]
pub struct Shop {
    #[session(principal)]
    user: Option<UserId>,
    #[session(merge = sum)]
    visits: u64,
    cart: Vec<Sku>,
    notice: Option<String>,
}
