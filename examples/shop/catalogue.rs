//! The catalogue: what the shop sells, at which price, and how much of it there is at first.

use std::fmt;

/// A product.
#[derive(Debug)]
pub(crate) struct Product {
    /// Its name in addresses and in carts.
    pub(crate) sku: &'static str,
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) price: Price,
    /// How many there are when the program starts.
    pub(crate) stock: u32,
    /// Its picture, as SVG.
    pub(crate) art: &'static str,
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    pub(crate) cents: u32,
}

pub(crate) const PRODUCTS: &[Product] = &[
    Product {
        sku: "sencha",
        name: "Sencha",
        about: "Green tea from Shizuoka, 100 g",
        price: Price { cents: 12_90 },
        stock: 24,
        art: include_str!("art/sencha.svg"),
    },
    Product {
        sku: "assam",
        name: "Assam",
        about: "Strong black tea, 250 g",
        price: Price { cents: 9_90 },
        stock: 40,
        art: include_str!("art/assam.svg"),
    },
    Product {
        sku: "teapot",
        name: "Teapot",
        about: "Stoneware, with a strainer, 0.7 l",
        price: Price { cents: 39_00 },
        stock: 6,
        art: include_str!("art/teapot.svg"),
    },
    Product {
        sku: "cup",
        name: "Cup",
        about: "Porcelain, 200 ml",
        price: Price { cents: 14_50 },
        stock: 18,
        art: include_str!("art/cup.svg"),
    },
    Product {
        sku: "kettle",
        name: "Kettle",
        about: "Steel, with a long spout, 0.9 l",
        price: Price { cents: 59_00 },
        stock: 3,
        art: include_str!("art/kettle.svg"),
    },
    Product {
        sku: "whisk",
        name: "Whisk",
        about: "Bamboo, for matcha",
        price: Price { cents: 18_50 },
        stock: 0,
        art: include_str!("art/whisk.svg"),
    },
];

impl Product {
    pub(crate) fn find(sku: &str) -> Option<&'static Self> {
        PRODUCTS.iter().find(|product| product.sku == sku)
    }
}

/// So many of one product.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) product: &'static Product,
    pub(crate) quantity: u32,
}

impl Item {
    /// The items of a cart, in the catalogue's order. What the shop does not sell any more has none.
    pub(crate) fn of(cart: &[String]) -> Vec<Self> {
        let items = PRODUCTS.iter().map(|product| {
            let count = cart.iter().filter(|sku| *sku == product.sku).count();
            Self { product, quantity: u32::try_from(count).unwrap_or(u32::MAX) }
        });
        items.filter(|item| item.quantity > 0).collect()
    }

    pub(crate) const fn price(&self) -> Price {
        Price { cents: self.product.price.cents.saturating_mul(self.quantity) }
    }
}

impl Price {
    pub(crate) fn of(items: &[Item]) -> Self {
        let cents = items.iter().map(|item| item.price().cents);
        Self { cents: cents.fold(0, u32::saturating_add) }
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "€{}.{:02}", self.cents / 100, self.cents % 100)
    }
}
