//! The release that replaces the old one.

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use session_axum::{Session, require_session, session};

use super::app_state::AppState;

/// What a theme is now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Theme {
    hue: u16,
}

#[session]
#[derive(Debug)]
pub(crate) struct Shop {
    #[session(principal)]
    user: Option<String>,
    #[session(merge = sum)]
    visits: u64,
    #[session(merge = append)]
    cart: Vec<String>,
    /// The old release has no such field.
    wishes: Vec<String>,
    /// A text in the old release.
    theme: Theme,
    #[session(alias = "nick")]
    nickname: String,
}

#[require_session]
async fn look(shop: &Shop) -> String {
    format!("{shop:?}")
}

#[require_session]
async fn handle(session: &Session<Shop>) -> String {
    session.handle().map_or_else(String::new, |handle| handle.to_string())
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

/// Finds what was stored in its fields in the round before, and changes all but the theme.
#[require_session]
async fn shop(shop: &mut Shop, Path(round): Path<u64>) -> String {
    let wish = shop.wishes.first().map_or("", String::as_str);
    let seen = format!("{} {wish} {} {}", shop.visits, shop.theme.hue, shop.nickname);
    shop.visits += 1;
    if round % 10 == 0 {
        shop.cart.push(format!("new-{round}"));
    }
    shop.wishes = vec![format!("wish-{round}")];
    shop.nickname = format!("new-nick-{round}");
    seen
}

#[require_session]
async fn paint(shop: &mut Shop) {
    shop.theme = Theme { hue: 240 };
}

pub(crate) fn router(state: AppState<Shop>) -> Router {
    Router::new()
        .route("/", get(look))
        .route("/handle", get(handle))
        .route("/logout", post(log_out))
        .route("/shop/{round}", post(shop))
        .route("/paint", post(paint))
        .with_state(state)
}
