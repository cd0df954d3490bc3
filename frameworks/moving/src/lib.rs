//! A shop that moves to this library from another one, while people are logged in to it. One module for each library that
//! it comes from; copy the one that you need, and change what it reads.
//!
//! | module | from |
//! | --- | --- |
//! | [`tower_sessions`] | tower-sessions, with any of its stores |
//! | [`axum_session`] | `axum_session`, with any of its stores |
//! | [`actix_session`] | actix-session, in Redis or in cookies |
//! | [`express`] | a Node application: express-session, in Redis |

pub mod actix_session;
pub mod axum_session;
pub mod cookie;
pub mod express;
pub mod tower_sessions;

use std::error::Error;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use session_axum::{Imported, session};

/// The shop's session from now on.
#[session]
#[derive(Debug)]
pub struct Shop {
    /// Who is logged in.
    #[session(principal)]
    pub user: Option<u64>,
    /// What they are about to buy.
    #[session(merge = append)]
    pub cart: Vec<String>,
}

/// What the shop kept until now, under the key `shop`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldShop {
    /// Who is logged in.
    pub user: Option<u64>,
    /// What they are about to buy.
    pub cart: Vec<String>,
}

/// Where [`OldShop`] was kept.
pub const KEY: &str = "shop";

/// What can go wrong with the other library's store.
pub type AnyError = Box<dyn Error + Send + Sync>;

impl OldShop {
    /// The same session from now on.
    pub fn moved(self, id: &str, ends: SystemTime) -> Imported<Shop> {
        let Self { user, cart } = self;
        Imported::new(id, Shop { user, cart }, ends)
    }
}
