//! Whose session a request has, and what proved it.

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::form_token::FormKey;
use crate::crypto::key_ring::KeyRing;
use crate::crypto::token::{Digest, Handle, Token};
use crate::engine::form_codes;
use crate::engine::rotation::{SecondarySecret, is_due};
use crate::engine::stored::Stored;
use crate::state::session_state::SessionState;
use crate::store::Times;

/// What a request's cookie or bearer token has shown.
#[derive(Debug)]
pub(crate) enum Identity<T> {
    /// Neither, or one that is no session.
    Anonymous,
    /// A cookie or bearer token that was replaced while the request was on its way: anonymous, and it may save
    /// nothing but a log-in, since its answer would replace the new cookie.
    Replaced(Presented),
    /// A session.
    Proven(Proven<T>),
}

/// What a request has shown in place of a session's proof: one that is good no more.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Presented {
    /// A secret of this digest.
    Secret { handle: Handle, digest: Digest },
    /// A sealed cookie.
    Seal {
        /// Whether nobody was logged in to it.
        of_nobody: bool,
    },
}

/// A stored session, and what proved it.
#[derive(Debug)]
pub(crate) struct Proven<T> {
    pub(crate) proof: Proof,
    pub(crate) stored: Arc<Stored<T>>,
}

/// What proved a session.
#[derive(Debug)]
pub(crate) enum Proof {
    /// A token.
    Token { token: Token, digest: Digest, cookie: TokenCookie },
    /// That its cookie was sealed by us, with these keys.
    Seal(KeyRing),
}

/// Whether a token's cookie is what the browser should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenCookie {
    Current,
    /// Its signature should be made anew.
    Stale,
    /// The browser has none yet: it has shown the cookie of the session that was imported, and is offered this one.
    Offered,
    /// The browser has been given another since.
    Outdated,
    /// There is none: it is a bearer token, which its client was told once.
    Absent,
}

impl<T> Proven<T> {
    /// Whether the cookie or the record is to be written anew, even if nothing changed.
    pub(crate) fn is_stale(&self) -> bool {
        self.stored.seal.is_stale() || self.cookie_is_stale()
    }

    pub(crate) fn cookie_is_stale(&self) -> bool {
        let cookie = self.token_cookie();
        matches!(cookie, Some(TokenCookie::Stale | TokenCookie::Offered))
    }

    fn token_cookie(&self) -> Option<TokenCookie> {
        match self.proof {
            Proof::Token { cookie, .. } => Some(cookie),
            Proof::Seal(_) => None,
        }
    }

    /// Whether it was proven by a bearer token.
    pub(crate) fn is_bearer(&self) -> bool {
        self.token_cookie() == Some(TokenCookie::Absent)
    }

    /// The same of a session that was replaced since.
    pub(crate) fn presented(&self) -> Presented
    where
        T: SessionState,
    {
        match &self.proof {
            Proof::Token { token, digest, .. } => {
                Presented::Secret { handle: token.handle(), digest: *digest }
            }
            Proof::Seal(_) => Presented::Seal { of_nobody: self.stored.is_of_nobody() },
        }
    }

    /// The digest of the secret that the request came in with.
    pub(crate) fn digest(&self) -> Digest {
        match &self.proof {
            Proof::Token { digest, .. } => *digest,
            Proof::Seal(_) => self.stored.record.digest,
        }
    }

    /// Whether it is the store that is told of a use.
    pub(crate) fn is_in_store(&self) -> bool {
        matches!(self.proof, Proof::Token { .. })
    }

    /// Whether its secret is so old that the browser should get another.
    pub(crate) fn is_due(&self, every: Duration) -> bool {
        let Times { now, created, .. } = self.stored.record.times;
        // What is offered is the next secret already.
        self.token().is_some()
            && self.token_cookie() != Some(TokenCookie::Offered)
            && now.since(created) >= every
            && is_due(SecondarySecret::find(&self.stored.record.fields), created, now, every)
    }

    /// The cookie's token, if the browser is to have it again.
    pub(crate) fn token(&self) -> Option<&Token> {
        match &self.proof {
            Proof::Token { cookie: TokenCookie::Outdated | TokenCookie::Absent, .. }
            | Proof::Seal(_) => None,
            Proof::Token { token, .. } => Some(token),
        }
    }

    /// What this session's form tokens are made with.
    pub(crate) fn form_key(&self) -> FormKey {
        match &self.proof {
            Proof::Token { token, digest, .. } => {
                FormKey::Code(form_codes::find(&self.stored.record.fields, token, *digest))
            }
            Proof::Seal(ring) => FormKey::Sealed(ring.clone(), self.stored.record.handle),
        }
    }
}
