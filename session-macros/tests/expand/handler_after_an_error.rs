#[require_session(authentcated)]
#[tracing::instrument(skip(shop))]
/// Puts an item into the cart.
pub fn add(shop: &mut Shop, Path(sku): Path<Sku>) -> Redirect {
    shop.cart.push(sku);
    Redirect::to("/cart")
}
