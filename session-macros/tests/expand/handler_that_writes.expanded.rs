#[tracing::instrument(skip_all)]
#[doc = " Puts an item into the cart."]
pub async fn add(
    mut shop: ::session_core::__private::Guard<Shop>,
    __argument_1: Path<Sku>,
) -> ::session_core::__private::Response {
    #[allow(clippy::unused_async)]
    async fn add(shop: &mut Shop, Path(sku): Path<Sku>) -> Result<Redirect, AppError> {
        shop.cart.push(sku.check()?);
        Ok(Redirect::to("/cart"))
    }
    let __response = ::session_core::__private::respond::<Result<Redirect, AppError>>(
        add(::session_core::__private::Guard::write(&mut shop), __argument_1).await,
    );
    ::session_core::__private::Guard::finish(shop, __response).await
}
