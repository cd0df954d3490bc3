async fn transfer(
    mut session: ::session_axum::guard::Guard<
        Session<Shop>,
        ::session_axum::guard::Writes,
        (::session_axum::guard::Authenticated, ::session_axum::guard::CommitAlways),
    >,
    mut __argument_2: ::session_axum::guard::Guard<
        Admin,
        ::session_axum::guard::Reads,
        ::session_axum::guard::CommitAlways,
    >,
    __argument_0: Path<u64>,
    body: String,
) -> ::session_axum::guard::Response {
    const _: () = {
        #[allow(unused_imports)]
        use ::session_axum::guard::{CanLend as _, Distinct as _};
        ::session_axum::guard::Lending::<Session<Shop>, Path<u64>>::CHECK.assert();
        ::session_axum::guard::Lending::<Session<Shop>, String>::CHECK.assert();
    };
    const _: () = {
        #[allow(unused_imports)]
        use ::session_axum::guard::{CanLend as _, Distinct as _};
        ::session_axum::guard::Pair::<Session<Shop>, Admin>::CHECK.assert();
    };
    const _: () = {
        #[allow(unused_imports)]
        use ::session_axum::guard::Unknown as _;
        ::session_axum::guard::takes_no_body(
            ::session_axum::guard::Extractor::<Path<u64>>::FROM_BODY,
            ::session_axum::guard::Extractor::<Path<u64>>::FROM_HEAD,
            ::session_axum::guard::Extractor::<String>::IS_NEXT,
        )
        .assert();
    };
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
    let mut __commit = ::session_axum::guard::Commit::new(::session_axum::guard::respond(
        ::session_axum::guard::send(transfer(
            __argument_0,
            ::session_axum::guard::Guard::write(&mut session),
            ::session_axum::guard::Guard::read(&mut __argument_2),
            body,
        ))
        .await,
    ));
    ::session_axum::guard::Guard::end(session, &mut __commit);
    ::session_axum::guard::Guard::end(__argument_2, &mut __commit);
    __commit.save().await
}
