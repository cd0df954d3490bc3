//! The page: the state, and a button for each thing that changes it.

use axum::response::Html;

pub(crate) fn render(user: Option<&str>, visits: u64, cart: &[String]) -> Html<String> {
    let user = user.map_or("nobody yet".to_owned(), escape);
    let items: Vec<_> = cart.iter().map(|sku| format!("<li>{}</li>", escape(sku))).collect();
    let items = items.concat();
    Html(format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>quickstart</title>
<style>
  body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem }}
  form {{ display: inline-block; margin: .2rem .4rem .2rem 0 }}
</style>
<h1>quickstart</h1>
<p>Logged in: <b id="user">{user}</b>. Visits: <b id="visits">{visits}</b>.</p>
<p>Cart:</p>
<ul id="cart">{items}</ul>
<form method="post" action="/visit"><button id="visit">count a visit</button></form>
<form method="post" action="/cart/tea"><button id="tea">add tea</button></form>
<form method="post" action="/cart/cup"><button id="cup">add a cup</button></form>
<form method="post" action="/login"><input name="user" placeholder="your name" required><button id="login">log in</button></form>
<form method="post" action="/logout"><button id="logout">log out</button></form>
<p><a href="/me">as JSON</a></p>
</html>
"#
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
