//! The request that a transaction is of, as far as the engine needs it later.

use std::sync::Arc;

use http::HeaderValue;

use crate::cookie::seen::PresentedCookies;
use crate::crypto::token::Transport;
use crate::engine::issuer::TokenIssuer;
use crate::engine::names::EngineId;
use crate::engine::store_clock::Arrival;

/// What a transaction is of.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) engine: EngineId,
    /// The name of its cookie.
    pub(crate) cookie: Arc<str>,
    pub(crate) request: Request,
    /// Which cookies of that name the request showed, good or bad.
    pub(crate) presented_cookies: PresentedCookies,
    /// The domains from which a log-in or log-out removes such cookies too.
    pub(crate) leftovers: Vec<Option<String>>,
    /// Whether the browser may have withheld the cookie, since the request comes from another site:
    /// then none is set.
    pub(crate) is_withheld: bool,
    /// Whether it is HTTP/2's extended CONNECT, which opens a WebSocket and is answered 200.
    pub(crate) is_connect: bool,
    /// What issues bearer tokens, where there are such.
    pub(crate) issuer: Option<Arc<dyn TokenIssuer>>,
    /// What the browser calls itself, for a session that begins with this request.
    pub(crate) user_agent: Option<HeaderValue>,
}

/// The request that asks for a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub(crate) arrival: Arrival,
    pub(crate) usage: Usage,
    /// By what it shows its session, if it shows one.
    pub(crate) transport: Transport,
}

/// Whether a request counts as a use of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Somebody uses it: the idle limit starts anew.
    Foreground,
    /// The page asks by itself: nothing is renewed.
    Background,
}
