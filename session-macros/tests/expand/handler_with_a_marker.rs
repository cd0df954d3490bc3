#[require_session(fresh = "10m", or_redirect = "/login", allow = Shop::is_admin, background)]
pub async fn prices(session: &Session<Shop>) -> Html<String> {
    render(&session.prices)
}
