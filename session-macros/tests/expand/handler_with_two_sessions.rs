#[require_session(commit = always, authenticated)]
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
