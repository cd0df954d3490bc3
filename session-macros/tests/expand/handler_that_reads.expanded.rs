async fn cart(
    mut shop: ::session_axum::guard::Guard<Shop, ::session_axum::guard::Reads>,
) -> ::session_axum::guard::Response {
    #[allow(clippy::unused_async)]
    async fn cart(shop: &Shop) -> Html<String> {
        render(&shop.cart)
    }
    let mut __commit =
        ::session_axum::guard::Commit::new(::session_axum::guard::respond::<Html<String>>(
            ::session_axum::guard::send(cart(::session_axum::guard::Guard::read(&mut shop))).await,
        ));
    ::session_axum::guard::Guard::end(shop, &mut __commit);
    __commit.save().await
}
