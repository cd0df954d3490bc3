#[require_session]
async fn gate(
    shop: &mut Shop,
    admin: &mut Session<Admin>,
    visitor: &Visitor,
    #[cfg(feature = "tenants")] tenant: Tenant<'_>,
    next: impl Runs,
) -> Response {
    next.run(shop, admin, visitor).await
}
