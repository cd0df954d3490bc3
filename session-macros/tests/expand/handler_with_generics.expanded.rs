async fn visit<T, const N: usize>(
    mut state: ::session_axum::guard::Guard<
        T,
        ::session_axum::guard::Writes,
        ::session_axum::guard::Allows<__visit_requires<T, N>>,
    >,
    mut admin: ::session_axum::guard::Guard<Session<Admin>, ::session_axum::guard::Reads>,
    __argument_2: Path<[u64; N]>,
) -> ::session_axum::guard::Response
where
    T: SessionState + Shows,
{
    const {
        #[allow(unused_imports)]
        use ::session_axum::guard::{CanLend as _, Distinct as _};
        ::session_axum::guard::Lending::<T, Path<[u64; N]>>::CHECK.assert();
    }
    const {
        #[allow(unused_imports)]
        use ::session_axum::guard::{CanLend as _, Distinct as _};
        ::session_axum::guard::Pair::<T, Session<Admin>>::CHECK.assert();
    }
    #[allow(clippy::unused_async)]
    async fn visit<'a, T, const N: usize>(
        state: &'a mut T,
        admin: &Session<Admin>,
        Path(ids): Path<[u64; N]>,
    ) -> Page<'a>
    where
        T: SessionState + Shows,
    {
        state.show(admin, &ids)
    }
    fn __respond<'a>(response_that_must_not_borrow: Page<'a>) -> ::session_axum::guard::Response {
        ::session_axum::guard::respond(response_that_must_not_borrow)
    }
    let mut __commit = ::session_axum::guard::Commit::new(__respond(
        visit::<T, N>(
            ::session_axum::guard::Guard::write(&mut state),
            ::session_axum::guard::Guard::read(&mut admin),
            __argument_2,
        )
        .await,
    ));
    ::session_axum::guard::Guard::end(state, &mut __commit);
    ::session_axum::guard::Guard::end(admin, &mut __commit);
    __commit.save().await
}
#[doc(hidden)]
#[allow(missing_copy_implementations, missing_debug_implementations, non_camel_case_types)]
struct __visit_requires<T, const N: usize>(::core::marker::PhantomData<T>)
where
    T: SessionState + Shows;
impl<T, const N: usize> ::session_axum::guard::Allow<<T as ::session_axum::guard::Argument>::State>
    for __visit_requires<T, N>
where
    T: SessionState + Shows,
{
    async fn allow(
        session: &::session_axum::Session<<T as ::session_axum::guard::Argument>::State>,
    ) -> ::core::result::Result<(), ::session_axum::guard::Denied> {
        #[allow(unused_imports)]
        use ::session_axum::guard::AsyncAnswer as _;
        let borrowed: &<T as ::session_axum::guard::Argument>::State = session;
        ::session_axum::guard::Answer(T::is_open(borrowed)).verdict().await
    }
}
