//! An extractor of your own that writes: a token for the form of each page, each good for once.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use session_axum::{MemoryStore, Rejection, RequestSession, Sessions, require_session, session};

/// So many pages of one visitor can be open.
const OPEN_PAGES: usize = 10;

#[session]
struct Shop {
    form_tokens: Vec<String>,
    address: String,
}

/// The token of a page that is being made.
struct FormToken(String);

impl<S: Sync> FromRequestParts<S> for FormToken {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let session = RequestSession::<Shop>::from_request_parts(parts, state).await?;
        let token = getrandom::u64().expect("the system has chance").to_string();
        session.change(|shop| {
            shop.form_tokens.push(token.clone());
            let outdated = shop.form_tokens.len().saturating_sub(OPEN_PAGES);
            shop.form_tokens.drain(..outdated);
        })?;
        Ok(Self(token))
    }
}

async fn page(FormToken(token): FormToken) -> Html<String> {
    Html(format!(
        "<form method=post><input name=address><input type=hidden name=token value={token}></form>"
    ))
}

#[derive(serde::Deserialize)]
struct Change {
    token: String,
    address: String,
}

enum Answer {
    Changed,
    Repeated,
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Self::Changed => Redirect::to("/").into_response(),
            Self::Repeated => {
                (StatusCode::CONFLICT, "this form was sent already\n").into_response()
            }
        }
    }
}

/// A handler under the attribute shares the session with the extractor.
#[require_session]
async fn change(shop: &mut Shop, Form(form): Form<Change>) -> Answer {
    let Some(index) = shop.form_tokens.iter().position(|token| *token == form.token) else {
        return Answer::Repeated;
    };
    shop.form_tokens.remove(index);
    shop.address = form.address;
    Answer::Changed
}

/// Its extractor changes the session that the handler then reads.
#[require_session]
async fn open_pages(shop: &mut Shop, _: FormToken) -> String {
    shop.form_tokens.len().to_string()
}

fn app(sessions: Sessions<Shop>) -> Router {
    Router::new()
        .route("/", get(page).post(change))
        .route("/open-pages", get(open_pages))
        .layer(sessions.layer())
        .with_state(sessions)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::builder(MemoryStore::new()).build()?;
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(sessions)).await?)
}

#[cfg(test)]
mod tests {
    use session_axum::testing::{Client, stored};

    use super::*;

    async fn token(client: &Client) -> String {
        let page = client.navigating().get("/").await.assert_status(200);
        let (_, after) = page.text().split_once("value=").expect("the page has a token");
        after.trim_end_matches("></form>").to_owned()
    }

    #[tokio::test]
    async fn each_page_has_a_token_that_is_good_for_once() -> Result<(), session_axum::BuildError> {
        let sessions = Sessions::builder(MemoryStore::new()).build()?;
        let client = Client::new(app(sessions.clone()));
        let (one, other) = (token(&client).await, token(&client).await);
        assert_ne!(one, other);
        client.form("/", &[("token", &*one), ("address", "here")]).await.assert_redirect("/");
        client.form("/", &[("token", &*one), ("address", "there")]).await.assert_status(409);
        client.form("/", &[("token", &*other), ("address", "now here")]).await.assert_redirect("/");
        let stored = stored(&sessions, &client).await.unwrap();
        assert_eq!((&*stored.address, stored.form_tokens.len()), ("now here", 0));
        Ok(())
    }

    #[tokio::test]
    async fn the_handler_sees_what_its_extractor_wrote() -> Result<(), session_axum::BuildError> {
        let sessions = Sessions::builder(MemoryStore::new()).build()?;
        let client = Client::new(app(sessions));
        assert_eq!(client.get("/open-pages").await.text(), "1");
        assert_eq!(client.get("/open-pages").await.text(), "2");
        Ok(())
    }
}
