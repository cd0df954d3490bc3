async fn gate(
    mut shop: ::session_axum::guard::Guard<Shop, ::session_axum::guard::Writes>,
    mut admin: ::session_axum::guard::Guard<Session<Admin>, ::session_axum::guard::Writes>,
    mut visitor: ::session_axum::guard::Guard<Visitor, ::session_axum::guard::Reads>,
    #[cfg(feature = "tenants")] tenant: Tenant<'_>,
    next: impl Runs,
) -> ::session_axum::guard::Response {
    const _: () = {
        #[allow(unused_imports)]
        use ::session_axum::guard::{CanLend as _, Distinct as _};
        #[cfg(feature = "tenants")]
        ::session_axum::guard::Lending::<Shop, Tenant<'_>>::CHECK.assert();
    };
    const _: () = {
        #[allow(unused_imports)]
        use ::session_axum::guard::{CanLend as _, Distinct as _};
        ::session_axum::guard::Pair::<Shop, Session<Admin>>::CHECK.assert();
        #[cfg(feature = "tenants")]
        ::session_axum::guard::Lending::<Session<Admin>, Tenant<'_>>::CHECK.assert();
    };
    const _: () = {
        #[allow(unused_imports)]
        use ::session_axum::guard::{CanLend as _, Distinct as _};
        ::session_axum::guard::Pair::<Shop, Visitor>::CHECK.assert();
        ::session_axum::guard::Pair::<Session<Admin>, Visitor>::CHECK.assert();
    };
    #[allow(clippy::unused_async)]
    async fn gate(
        shop: &mut Shop,
        admin: &mut Session<Admin>,
        visitor: &Visitor,
        #[cfg(feature = "tenants")] tenant: Tenant<'_>,
        next: impl Runs,
    ) -> Response {
        next.run(shop, admin, visitor).await
    }
    let mut __commit =
        ::session_axum::guard::Commit::new(::session_axum::guard::respond::<Response>(
            gate(
                ::session_axum::guard::Guard::write(&mut shop),
                ::session_axum::guard::Guard::write(&mut admin),
                ::session_axum::guard::Guard::read(&mut visitor),
                #[cfg(feature = "tenants")]
                tenant,
                next,
            )
            .await,
        ));
    ::session_axum::guard::Guard::end(shop, &mut __commit);
    ::session_axum::guard::Guard::end(admin, &mut __commit);
    ::session_axum::guard::Guard::end(visitor, &mut __commit);
    __commit.save().await
}
