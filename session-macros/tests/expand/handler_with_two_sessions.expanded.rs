async fn transfer(
    mut session: ::session_core::__private::Guard<
        Session<Shop>,
        (::session_core::__private::Authenticated, ::session_core::__private::CommitAlways),
    >,
    __argument_2: ::session_core::__private::Guard<Admin, ::session_core::__private::CommitAlways>,
    __argument_0: Path<u64>,
    body: String,
) -> ::session_core::__private::Response {
    #[allow(clippy::unused_async)]
    async fn transfer(
        Path(id): Path<u64>,
        session: &mut Session<Shop>,
        Admin { pages, .. }: &Admin,
        mut body: String,
    ) -> impl IntoResponse {
        body.push_str(&pages[&id]);
        session.destroy();
        body
    }
    let __response = ::session_core::__private::respond(
        transfer(
            __argument_0,
            ::session_core::__private::Guard::write(&mut session),
            ::session_core::__private::Guard::read(&__argument_2),
            body,
        )
        .await,
    );
    ::session_core::__private::Guard::finish(
        session,
        ::session_core::__private::Guard::finish(__argument_2, __response).await,
    )
    .await
}
