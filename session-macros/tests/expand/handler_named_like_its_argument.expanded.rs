async fn cart(
    mut cart: ::session_axum::guard::Guard<
        Cart,
        ::session_axum::guard::Writes,
        ::session_axum::guard::Existing,
    >,
    __argument_1: Query<Page>,
) -> ::session_axum::guard::Response {
    const _: () = {
        #[allow(unused_imports)]
        use ::session_axum::guard::{CanLend as _, Distinct as _};
        ::session_axum::guard::Lending::<Cart, Query<Page>>::CHECK.assert();
    };
    #[allow(clippy::unused_async)]
    async fn __handler(cart: &mut Cart, _: Query<Page>) {
        cart.clear();
    }
    let mut __commit = ::session_axum::guard::Commit::new(::session_axum::guard::respond(
        ::session_axum::guard::send(__handler(
            ::session_axum::guard::Guard::write(&mut cart),
            __argument_1,
        ))
        .await,
    ));
    ::session_axum::guard::Guard::end(cart, &mut __commit);
    __commit.save().await
}
