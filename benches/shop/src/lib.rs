//! What all servers have in common: the session that they keep, and how they are started.

mod serve;

use serde::{Deserialize, Serialize};

pub use serve::{Place, announce, serve};

/// The key under which libraries with string keys keep the session: one value, so that they read and write it once.
pub const KEY: &str = "shop";

/// What a session holds: somebody who is logged in, with a cart of ten.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shop {
    /// Who is logged in.
    pub user: u64,
    /// What they are called.
    pub name: String,
    /// What they are about to buy.
    pub cart: Vec<String>,
    /// How they like their pages.
    pub theme: String,
    /// What a write counts up.
    pub counter: u64,
}

impl Shop {
    /// The session of visitor `n`.
    pub fn of(n: u64) -> Self {
        Self {
            user: 1000 + n,
            name: format!("Visitor Number {n}"),
            cart: (0..10)
                .map(|item| format!("item-{:04}", (n * 37 + item * 101) % 10_000))
                .collect(),
            theme: "dark".to_owned(),
            counter: 0,
        }
    }
}

/// Who logs in where all sessions are one user's: the user of [`Shop::of`] zero.
pub const ONE_USER: u64 = 1000;

/// Who logs in where this user was: somebody else, so that it is a log-in every time.
pub fn somebody_else(user: u64) -> u64 {
    user ^ (1 << 20)
}
