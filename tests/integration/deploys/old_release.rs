//! The release that is being replaced.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use session_axum::{Session, require_session, session};

use super::app_state::{AppState, Shared};

#[session]
#[derive(Debug)]
pub(crate) struct Shop {
    #[session(principal)]
    user: Option<String>,
    #[session(merge = sum)]
    visits: u64,
    #[session(merge = append)]
    cart: Vec<String>,
    /// The new release has no such field.
    voucher: String,
    /// A number in the new release.
    theme: String,
    /// Called `nickname` in the new release.
    nick: String,
}

#[require_session]
async fn look(shop: &Shop) -> String {
    format!("{shop:?}")
}

#[require_session]
async fn log_in(shop: &mut Shop) {
    shop.user = Some("ann".to_owned());
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

/// Finds what was stored in its fields in the round before, and changes them all.
#[require_session]
async fn shop(shop: &mut Shop, Path(round): Path<u64>) -> String {
    let seen = format!("{} {} {} {}", shop.visits, shop.voucher, shop.theme, shop.nick);
    shop.visits += 1;
    if round % 10 == 0 {
        shop.cart.push(format!("old-{round}"));
    }
    shop.voucher = format!("voucher-{round}");
    shop.theme = format!("theme-{round}");
    shop.nick = format!("old-nick-{round}");
    seen
}

#[require_session]
async fn shop_slowly(shop: &mut Shop, State(shared): State<Shared>) {
    shop.visits += 1;
    "slow".clone_into(&mut shop.voucher);
    shared.meeting.wait().await;
    shared.meeting.wait().await;
}

pub(crate) fn router(state: AppState<Shop>) -> Router {
    Router::new()
        .route("/", get(look))
        .route("/login", post(log_in))
        .route("/logout", post(log_out))
        .route("/shop/{round}", post(shop))
        .route("/slowly", post(shop_slowly))
        .with_state(state)
}
