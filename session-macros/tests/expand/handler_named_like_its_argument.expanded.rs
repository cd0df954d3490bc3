async fn cart(
    mut cart: ::session_core::__private::Guard<Cart, ::session_core::__private::Existing>,
    __argument_1: Query<Page>,
) -> ::session_core::__private::Response {
    #[allow(clippy::unused_async)]
    async fn __handler(cart: &mut Cart, _: Query<Page>) {
        cart.clear();
    }
    let __response = ::session_core::__private::respond(
        __handler(::session_core::__private::Guard::write(&mut cart), __argument_1).await,
    );
    ::session_core::__private::Guard::finish(cart, __response).await
}
