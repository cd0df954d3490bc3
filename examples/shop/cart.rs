//! The shop, the cart, and the order.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use session_axum::{Principal, Session, require_session};

use crate::catalogue::{Item, Price, Product};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::journal::Journal;
use crate::pages;
use crate::users::User;
use crate::visitor::Visitor;
use crate::warehouse::{OrderKey, Warehouse};

/// How long the slow button takes: two requests that it sends at once overlap.
const SLOWLY: Duration = Duration::from_millis(300);

#[require_session]
pub(crate) async fn shop(
    session: &mut Session<Visitor>,
    State(journal): State<Journal>,
    State(warehouse): State<Warehouse>,
) -> Html<String> {
    pages::show(&pages::Shop { frame: Frame::of(session, &journal), stock: warehouse.stock() })
}

#[require_session]
pub(crate) async fn list(
    session: &mut Session<Visitor>,
    State(journal): State<Journal>,
) -> Html<String> {
    let items = Item::of(&session.cart);
    let price = Price::of(&items);
    pages::show(&pages::Cart { frame: Frame::of(session, &journal), items, price })
}

#[require_session]
pub(crate) async fn add(
    visitor: &mut Visitor,
    Path(sku): Path<String>,
) -> Result<Redirect, Failure> {
    let product = Product::find(&sku).ok_or(Failure::NO_PRODUCT)?;
    visitor.put(product);
    Ok(Redirect::to(&format!("/#{}", product.sku)))
}

/// The same, slowly: what another request changes meanwhile is not lost.
#[require_session]
pub(crate) async fn add_slowly(
    visitor: &mut Visitor,
    Path(sku): Path<String>,
) -> Result<Redirect, Failure> {
    let product = Product::find(&sku).ok_or(Failure::NO_PRODUCT)?;
    tokio::time::sleep(SLOWLY).await;
    visitor.put(product);
    Ok(Redirect::to("/"))
}

#[require_session]
pub(crate) async fn remove(
    visitor: &mut Visitor,
    Path(sku): Path<String>,
) -> Result<Redirect, Failure> {
    visitor.take_out(Product::find(&sku).ok_or(Failure::NO_PRODUCT)?);
    Ok(Redirect::to("/cart"))
}

/// Places an order. It is one however often it comes: what the warehouse has done when the session cannot be saved is found by the
/// next attempt.
#[require_session(authenticated)]
pub(crate) async fn order(
    session: &mut Session<Visitor>,
    Principal(user): Principal<Visitor>,
    State(warehouse): State<Warehouse>,
) -> Result<Redirect, Failure> {
    let items = Item::of(&session.cart);
    let (Some(user), Some(handle), false) = (User::find(&user), session.handle(), items.is_empty())
    else {
        return Ok(Redirect::to("/cart"));
    };
    let key = OrderKey { session: handle, order: session.orders };
    match warehouse.order(key, user, items) {
        Ok(number) => {
            session.orders += 1;
            session.cart.clear();
            session.notice =
                Some(format!("Thank you, {}. Your order has number {number}.", user.name));
        }
        Err(too_few) => session.notice = Some(too_few.to_string()),
    }
    Ok(Redirect::to("/cart"))
}
