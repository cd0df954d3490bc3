pub async fn prices(
    mut session: ::session_axum::guard::Guard<
        Session<Shop>,
        ::session_axum::guard::Reads,
        (
            ::session_axum::guard::Fresh<600u64>,
            (
                ::session_axum::guard::Redirects<__prices_requires>,
                (
                    ::session_axum::guard::Allows<__prices_requires>,
                    ::session_axum::guard::Background,
                ),
            ),
        ),
    >,
) -> ::session_axum::guard::Response {
    #[allow(clippy::unused_async)]
    async fn prices(session: &Session<Shop>) -> Html<String> {
        render(&session.prices)
    }
    let mut __commit = ::session_axum::guard::Commit::new(::session_axum::guard::respond::<
        Html<String>,
    >(
        ::session_axum::guard::send(prices(::session_axum::guard::Guard::read(&mut session))).await,
    ));
    ::session_axum::guard::Guard::end(session, &mut __commit);
    __commit.save().await
}
#[doc(hidden)]
#[allow(missing_copy_implementations, missing_debug_implementations, non_camel_case_types)]
pub struct __prices_requires;
impl ::session_axum::guard::OrRedirect for __prices_requires {
    const TO: &'static str = "/login";
}
impl ::session_axum::guard::Allow<<Session<Shop> as ::session_axum::guard::Argument>::State>
    for __prices_requires
{
    async fn allow(
        session: &::session_axum::Session<
            <Session<Shop> as ::session_axum::guard::Argument>::State,
        >,
    ) -> ::core::result::Result<(), ::session_axum::guard::Denied> {
        #[allow(unused_imports)]
        use ::session_axum::guard::AsyncAnswer as _;
        let borrowed: &<Session<Shop> as ::session_axum::guard::Argument>::State = session;
        ::session_axum::guard::Answer(Shop::is_admin(borrowed)).verdict().await
    }
}
