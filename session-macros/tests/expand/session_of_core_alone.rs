#[core_session]
struct Shop {
    #[session(principal)]
    user: Option<u64>,
    #[session(merge = sum)]
    visits: u64,
}
