pub async fn prices(
    session: ::session_core::__private::Guard<
        Session<Shop>,
        (
            ::session_core::__private::Fresh<600u64>,
            (
                ::session_core::__private::Redirects<__prices_requires>,
                (
                    ::session_core::__private::Allows<__prices_requires>,
                    ::session_core::__private::Background,
                ),
            ),
        ),
    >,
) -> ::session_core::__private::Response {
    #[allow(clippy::unused_async)]
    async fn prices(session: &Session<Shop>) -> Html<String> {
        render(&session.prices)
    }
    let __response = ::session_core::__private::respond::<Html<String>>(
        prices(::session_core::__private::Guard::read(&session)).await,
    );
    ::session_core::__private::Guard::finish(session, __response).await
}
#[doc(hidden)]
#[allow(missing_copy_implementations, missing_debug_implementations, non_camel_case_types)]
pub struct __prices_requires;
impl ::session_core::__private::OrRedirect for __prices_requires {
    const TO: &'static str = "/login";
}
impl ::session_core::__private::Allow<<Session<Shop> as ::session_core::__private::Argument>::State>
    for __prices_requires
{
    const IF: fn(&<Session<Shop> as ::session_core::__private::Argument>::State) -> bool =
        Shop::is_admin;
}
