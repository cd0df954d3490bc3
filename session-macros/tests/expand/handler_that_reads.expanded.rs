async fn cart(shop: ::session_core::__private::Guard<Shop>) -> ::session_core::__private::Response {
    #[allow(clippy::unused_async)]
    async fn cart(shop: &Shop) -> Html<String> {
        render(&shop.cart)
    }
    let __response = ::session_core::__private::respond::<Html<String>>(
        cart(::session_core::__private::Guard::read(&shop)).await,
    );
    ::session_core::__private::Guard::finish(shop, __response).await
}
