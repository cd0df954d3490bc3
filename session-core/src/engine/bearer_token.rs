//! A bearer token: how a non-browser client shows its session.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::crypto::random::RandomError;
use crate::crypto::token::{Handle, Token, Transport};
use crate::engine::controls::SecretRequest;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::issuer::TokenIssuer;
use crate::engine::session::Session;
use crate::state::session_state::SessionState;

/// A session's token for a non-browser client (a phone, a command-line tool, another service), from
/// [`Session::bearer_token`]. The client sends it with each request, `Authorization: Bearer TOKEN`.
///
/// It is a secret: who has it is logged in. So it has no `Display`, `Debug` does not show it, and its memory is
/// zeroized. [`expose`](Self::expose) shows it, and serde serializes it as a string.
///
/// ```
/// # use session_core::{BearerToken, Error, Session, session};
/// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
/// #[derive(serde::Serialize)]
/// struct LoggedIn {
///     token: BearerToken,
/// }
///
/// fn log_in(session: &mut Session<Shop>, user: u64) -> Result<LoggedIn, Error> {
///     session.log_in(user);
///     Ok(LoggedIn { token: session.bearer_token()? })
/// }
/// ```
#[doc(alias("jwt", "api_token", "access_token", "authorization"))]
pub struct BearerToken(Zeroizing<String>);

impl BearerToken {
    /// The token itself, 64 characters of base64url, or 96 where tokens are signed: for the response, and nothing
    /// else.
    ///
    /// ```
    /// # use session_core::{Error, Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// fn log_in(session: &mut Session<Shop>, user: u64) -> Result<String, Error> {
    ///     session.log_in(user);
    ///     Ok(session.bearer_token()?.expose().to_owned())
    /// }
    /// ```
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Serialize for BearerToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(..)")
    }
}

impl<T: SessionState> Session<T> {
    /// The session's token for a non-browser client, to be told to it in this very response: nobody can ask
    /// for it later. The session has this secret when the response leaves; if it cannot be saved, another response
    /// takes this one's place. With the token the response sets no cookie, and no cache keeps it.
    ///
    /// In a request without a session it is the token of the one that begins; that one is stored even if nothing else
    /// is set. In a session that came by a bearer token it is its next one, and the token before is dead at once. After
    /// [`log_in_after`](Self::log_in_after) ask for it after that call.
    ///
    /// Asked again in the same request, it is the same.
    ///
    /// ```
    /// # use session_core::{BearerToken, Error, Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
    /// fn log_in(session: &mut Session<Shop>, user: u64) -> Result<BearerToken, Error> {
    ///     session.log_in(user);       // after a look at the password
    ///     session.remember(true);     // the longer limits
    ///     session.bearer_token()
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::NoBearerTokens`] without [`EngineBuilder::bearer`](crate::EngineBuilder::bearer).
    /// [`Error::BearerBesideCookie`] when the request shows a session cookie: a secret is a cookie's or a bearer
    /// token's, never both. [`Error::Random`] when no secret can be generated. As answers all are 5xx, which discard what
    /// the handler has changed.
    pub fn bearer_token(&mut self) -> Result<BearerToken, Error> {
        let transaction = &self.place.transaction;
        let incoming = &transaction.incoming;
        let issuer = incoming.issuer.as_ref().ok_or(Error::NoBearerTokens)?;
        if incoming.presented_cookies.is_any() {
            return Err(Error::BearerBesideCookie);
        }
        let mut copy = self.working_copy();
        if let Some(issued) = &copy.issued {
            return Ok(BearerToken(issuer.encode(issued)));
        }
        let proven = transaction.proven().filter(|_| !copy.is_destroyed);
        // A revocation of its own may have ended the session that it came in with.
        let goes_on = proven.filter(|proven| {
            let owner = proven.stored.state.principal();
            let is_of = |owner| copy.controls.after.is_some_and(|after| after.is_of::<T>(owner));
            !owner.is_some_and(is_of)
        });
        let token = match goes_on {
            Some(proven) => issuer.rotate(proven.stored.record.handle)?,
            None => issuer.begin()?,
        };
        let encoded = BearerToken(issuer.encode(&token));
        copy.issued = Some(Arc::new(token));
        copy.controls.secret = copy.controls.secret.max(SecretRequest::Rotate);
        self.replace(copy);
        Ok(encoded)
    }

    /// Whether the request shows a bearer token in place of a session cookie, be it good or not. No page of another
    /// site can send it, so that a form token ([`is_form_token`](Self::is_form_token)) need not be asked for.
    ///
    /// ```
    /// # use session_core::{Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// fn must_have_form_token(session: &Session<Shop>) -> bool {
    ///     !session.is_bearer()
    /// }
    /// ```
    pub fn is_bearer(&self) -> bool {
        self.place.transaction.incoming.request.transport == Transport::Bearer
    }
}

impl<T: SessionState> TokenIssuer for Engine<T> {
    fn begin(&self) -> Result<Token, RandomError> {
        Token::generate(&*self.policy.random, self.store.current_time())
    }

    fn rotate(&self, handle: Handle) -> Result<Token, RandomError> {
        Token::rotate(handle, &*self.policy.random)
    }

    fn encode(&self, token: &Token) -> Zeroizing<String> {
        self.policy.sealer.encode_token(token, Transport::Bearer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_not_printed() {
        let token = BearerToken(Zeroizing::new("secret".to_owned()));
        assert_eq!(
            format!("{token:?} {:#?}", Some(&token)),
            "BearerToken(..) Some(\n    BearerToken(..),\n)"
        );
        assert_eq!(serde_json::to_string(&token).unwrap(), "\"secret\"");
        assert_eq!(token.expose(), "secret");
    }
}
