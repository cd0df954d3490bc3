#[require_session(existing)]
async fn cart(cart: &mut Cart, _: Query<Page>) {
    cart.clear();
}
