//! The office, behind a gate that lets administrators through: stock and orders.

use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use session_axum::{Gate, Session, Sessions, require_session};

use crate::catalogue::Product;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::journal::Journal;
use crate::pages;
use crate::visitor::Visitor;
use crate::warehouse::Warehouse;

/// How many pieces one delivery has.
const DELIVERY: u32 = 10;

/// The gate: `.route_layer(office::gate(&sessions))`.
pub(crate) fn gate(sessions: &Sessions<Visitor>) -> Gate<Visitor> {
    sessions
        .gate()
        .authenticated()
        .or_redirect("/login")
        .allow(|visitor, _| async move { visitor.user().is_some_and(|user| user.is_admin) })
}

#[require_session]
pub(crate) async fn desk(
    session: &mut Session<Visitor>,
    State(journal): State<Journal>,
    State(warehouse): State<Warehouse>,
) -> Html<String> {
    let frame = Frame::of(session, &journal);
    pages::show(&pages::Office { frame, stock: warehouse.stock(), orders: warehouse.orders() })
}

#[require_session]
pub(crate) async fn restock(
    visitor: &mut Visitor,
    State(warehouse): State<Warehouse>,
    Path(sku): Path<String>,
) -> Result<Redirect, Failure> {
    let product = Product::find(&sku).ok_or(Failure::NO_PRODUCT)?;
    warehouse.restock(product, DELIVERY);
    visitor.notice = Some(format!("In stock: {DELIVERY} more of {}.", product.name));
    Ok(Redirect::to("/office"))
}
