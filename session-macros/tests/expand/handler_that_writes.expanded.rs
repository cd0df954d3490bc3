#[tracing::instrument(skip_all)]
#[doc = " Puts an item into the cart."]
pub async fn add(
    mut shop: ::session_axum::guard::Guard<Shop, ::session_axum::guard::Writes>,
    __argument_1: Path<Sku>,
) -> ::session_axum::guard::Response {
    const _: () = {
        #[allow(unused_imports)]
        use ::session_axum::guard::{CanLend as _, Distinct as _};
        ::session_axum::guard::Lending::<Shop, Path<Sku>>::CHECK.assert();
    };
    #[allow(clippy::unused_async)]
    async fn add(shop: &mut Shop, Path(sku): Path<Sku>) -> Result<Redirect, AppError> {
        shop.cart.push(sku.check()?);
        Ok(Redirect::to("/cart"))
    }
    let mut __commit = ::session_axum::guard::Commit::new(::session_axum::guard::respond::<
        Result<Redirect, AppError>,
    >(
        ::session_axum::guard::send(add(
            ::session_axum::guard::Guard::write(&mut shop),
            __argument_1,
        ))
        .await,
    ));
    ::session_axum::guard::Guard::end(shop, &mut __commit);
    __commit.save().await
}
