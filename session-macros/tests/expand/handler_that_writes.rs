#[require_session]
#[tracing::instrument(skip_all)]
/// Puts an item into the cart.
pub async fn add(shop: &mut Shop, Path(sku): Path<Sku>) -> Result<Redirect, AppError> {
    shop.cart.push(sku.check()?);
    Ok(Redirect::to("/cart"))
}
