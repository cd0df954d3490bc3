::core::compile_error! { "unknown option `authentcated`: did you mean `authenticated`? `#[require_session]` takes `existing`, `authenticated`, `fresh = \"10m\"`, `or_redirect = \"/login\"`, `allow = path::to::function`, `state = App`, `background`, `commit = always`, `cross_site`" }
::core::compile_error! { "`#[require_session]` loads and saves around the function: make it `async fn add`" }
#[doc = " Puts an item into the cart."]
pub async fn add() -> ::session_axum::guard::Response {
    #[allow(dead_code)]
    fn add(shop: &mut Shop, Path(sku): Path<Sku>) -> Redirect {
        shop.cart.push(sku);
        Redirect::to("/cart")
    }
    ::core::unreachable!()
}
