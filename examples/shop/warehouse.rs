//! The warehouse: what is in stock, and what was ordered, until the program stops.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use session_axum::Handle;

use crate::catalogue::{Item, PRODUCTS, Price, Product};
use crate::users::User;

/// A warehouse; a clone is the same one.
#[derive(Clone, Debug)]
pub(crate) struct Warehouse(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    stock: BTreeMap<&'static str, u32>,
    orders: Vec<Order>,
}

/// What tells an order from others: the session, and the number of its orders so far. One that is sent twice, by a double click or
/// because its session could not be saved, is one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OrderKey {
    pub(crate) session: Handle,
    pub(crate) order: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Order {
    key: OrderKey,
    pub(crate) number: usize,
    pub(crate) user: &'static str,
    pub(crate) items: Vec<Item>,
}

impl Order {
    pub(crate) fn price(&self) -> Price {
        Price::of(&self.items)
    }
}

/// There are not as many as were ordered.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("There are only {left} left of {product}. Nothing was ordered.")]
pub(crate) struct TooFew {
    product: &'static str,
    left: u32,
}

impl Warehouse {
    pub(crate) fn new() -> Self {
        let stock = PRODUCTS.iter().map(|product| (product.sku, product.stock)).collect();
        Self(Arc::new(Mutex::new(Inner { stock, orders: Vec::new() })))
    }

    /// Takes what was ordered out of the stock, all or nothing, and answers the order's number.
    pub(crate) fn order(
        &self,
        key: OrderKey,
        user: &User,
        items: Vec<Item>,
    ) -> Result<usize, TooFew> {
        let mut inner = self.inner();
        if let Some(order) = inner.orders.iter().find(|order| order.key == key) {
            return Ok(order.number);
        }
        for Item { product, quantity } in &items {
            let left = inner.stock[product.sku];
            if left < *quantity {
                return Err(TooFew { product: product.name, left });
            }
        }
        for Item { product, quantity } in &items {
            inner.stock.entry(product.sku).and_modify(|left| *left -= quantity);
        }
        let number = inner.orders.len() + 1;
        inner.orders.push(Order { key, number, user: user.name, items });
        Ok(number)
    }

    /// Each product, and how many there are.
    pub(crate) fn stock(&self) -> Vec<(&'static Product, u32)> {
        let inner = self.inner();
        PRODUCTS.iter().map(|product| (product, inner.stock[product.sku])).collect()
    }

    pub(crate) fn restock(&self, product: &Product, pieces: u32) {
        let mut inner = self.inner();
        inner.stock.entry(product.sku).and_modify(|left| *left = left.saturating_add(pieces));
    }

    /// The orders, the last first.
    pub(crate) fn orders(&self) -> Vec<Order> {
        self.inner().orders.iter().rev().cloned().collect()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
