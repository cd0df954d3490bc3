#[require_session(allow = T::is_open)]
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
