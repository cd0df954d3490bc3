#[require_session]
async fn cart(shop: &Shop) -> Html<String> {
    render(&shop.cart)
}
