//! What a session remembers of a visitor.

use session_axum::session;

use crate::catalogue::Product;
use crate::users::User;

/// What a session remembers of a visitor. Two requests at once lose nothing: each field says how their changes are merged.
#[session]
pub(crate) struct Visitor {
    #[session(principal)]
    pub(crate) user: Option<String>,
    /// A product's name for each piece.
    #[session(merge = append)]
    pub(crate) cart: Vec<String>,
    /// How often something was put into the cart.
    #[session(merge = sum)]
    pub(crate) added: u64,
    /// How many orders were placed: the number of the next one. It goes on when another user logs in to the session, so that no
    /// number of it comes twice.
    #[session(merge = max, carry)]
    pub(crate) orders: u64,
    /// A message for the next page, which takes it.
    pub(crate) notice: Option<String>,
}

impl Visitor {
    /// How many pieces a cart holds.
    const CART: usize = 50;

    pub(crate) fn user(&self) -> Option<&'static User> {
        User::find(self.user.as_deref()?)
    }

    /// Puts a piece into the cart, if it has room.
    pub(crate) fn put(&mut self, product: &Product) {
        if self.cart.len() >= Self::CART {
            self.notice = Some(format!("Your cart is full: it holds {} pieces.", Self::CART));
            return;
        }
        self.cart.push(product.sku.to_owned());
        self.added += 1;
        self.notice = Some(format!("In your cart: {}.", product.name));
    }

    /// Takes one piece out of the cart.
    pub(crate) fn take_out(&mut self, product: &Product) {
        if let Some(place) = self.cart.iter().rposition(|sku| sku == product.sku) {
            self.cart.remove(place);
            self.notice = Some(format!("Taken out of your cart: {}.", product.name));
        }
    }
}
