//! The shop, in this process: no port, no file.

use session_axum::testing::{Call, Client, sign_in, stored};
use session_axum::{BuildError, MemoryStore, Sessions};

use super::{Path, Shop, add, routes};

fn shop() -> Result<(Sessions<Shop>, Client), BuildError> {
    let sessions = Sessions::builder(MemoryStore::new()).build()?;
    Ok((sessions.clone(), Client::new(routes(sessions))))
}

#[tokio::test]
async fn a_cart_survives_the_log_in_and_not_the_log_out() -> Result<(), BuildError> {
    let (sessions, client) = shop()?;
    client.post("/cart/tea").await.assert_redirect("/");
    client.form("/login", &[("user", "ann")]).await.assert_redirect("/");
    let seen = stored(&sessions, &client).await.expect("it is stored");
    assert_eq!((seen.user.as_deref(), &*seen.cart), (Some("ann"), &["tea".to_owned()][..]));
    let thief = client.copy();
    client.post("/logout").await.assert_redirect("/");
    for browser in [client, thief] {
        assert!(browser.get("/").await.text().contains("nobody yet"));
    }
    Ok(())
}

#[tokio::test]
async fn visits_of_two_tabs_are_all_counted() -> Result<(), BuildError> {
    let (sessions, client) = shop()?;
    client.sign_in(&sessions, Shop { visits: 3, ..Shop::default() }).await;
    tokio::join!(client.post("/visit"), client.post("/visit"));
    assert_eq!(client.get("/me").await.json::<Shop>().visits, 5);
    Ok(())
}

#[tokio::test]
async fn what_a_visitor_types_is_no_html() -> Result<(), BuildError> {
    let (_, client) = shop()?;
    client.form("/login", &[("user", "<script>")]).await.assert_status(303);
    let page = client.navigating().get("/").await;
    assert!(page.text().contains("&#60;script&#62;"), "{}", page.text());
    Ok(())
}

#[tokio::test]
async fn another_site_fills_no_cart() -> Result<(), BuildError> {
    let (sessions, client) = shop()?;
    client.sign_in(&sessions, Shop { visits: 1, ..Shop::default() }).await;
    client.cross_site("https://evil.example").post("/cart/tea").await.assert_status(403);
    assert!(stored(&sessions, &client).await.expect("it is stored").cart.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_handler_alone_fills_the_cart() {
    let call = Call::new(Shop { cart: vec!["cup".to_owned()], ..Shop::default() }).await;
    call.run(|shop| add(shop, Path("tea".to_owned()))).await.assert_redirect("/");
    assert_eq!(call.saved().await.expect("it has changed").cart, ["cup", "tea"]);
}

#[tokio::test]
async fn a_log_in_is_listed() -> Result<(), Box<dyn std::error::Error>> {
    let (sessions, _) = shop()?;
    sign_in(&sessions, Shop { user: Some("ann".to_owned()), ..Shop::default() }).await;
    assert_eq!(sessions.list(&"ann".to_owned()).await?.len(), 1);
    Ok(())
}
