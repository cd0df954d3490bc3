//! What keys do for a session type: seal its records, sign its cookies, hide its principals.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::crypto::key_ring::KeyRing;
use crate::crypto::random::{Random, RandomError};
use crate::crypto::seal::{Context, SealAge, SealError, Signature};
use crate::crypto::token::{Handle, Token};
use crate::engine::event::Ignored;
use crate::state::frame;

/// Begins a sealed record's fields, where a plain one has the version of its format.
const SEALED: u8 = 0x80;

/// How a session type uses its keys. Turning sealing on for sessions that live already takes
/// these in turn, each deployed on every node before the next, and loses none of them.
///
/// ```
/// # use session_core::{KeyRing, MemoryStore, Sealing, Sessions, session};
/// # #[session] struct Shop { visits: u64 }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ring = KeyRing::parse(&KeyRing::generate()?)?;
/// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
///     .sealing(Sealing::Required(ring))
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub enum Sealing {
    /// Opens what other nodes seal, and seals nothing yet.
    Prepared(KeyRing),
    /// Seals, and still takes what is not sealed, which it seals at the next use.
    Adopted(KeyRing),
    /// Seals, and takes nothing else: what is not sealed is an error in a record, and no session
    /// in a cookie. For new services, and for old ones when the absolute limit has passed.
    Required(KeyRing),
}

/// The keys of one session type, if it has any.
#[derive(Debug)]
pub(crate) struct Sealer {
    sealing: Option<Sealing>,
    cookie: String,
}

impl Sealer {
    pub(crate) fn new(sealing: Option<Sealing>, cookie: String) -> Self {
        Self { sealing, cookie }
    }

    pub(crate) fn has_keys(&self) -> bool {
        self.sealing.is_some()
    }

    /// The ring, if it seals.
    fn sealing(&self) -> Option<&KeyRing> {
        match &self.sealing {
            Some(Sealing::Adopted(ring) | Sealing::Required(ring)) => Some(ring),
            Some(Sealing::Prepared(_)) | None => None,
        }
    }

    /// The ring, if it opens.
    fn opening(&self) -> Option<&KeyRing> {
        match &self.sealing {
            Some(Sealing::Prepared(ring) | Sealing::Adopted(ring) | Sealing::Required(ring)) => {
                Some(ring)
            }
            None => None,
        }
    }

    fn takes_plain(&self) -> bool {
        !matches!(self.sealing, Some(Sealing::Required(_)))
    }

    fn context<'a>(&'a self, purpose: &'static str, handle: &'a [u8]) -> Context<'a> {
        Context { purpose, cookie: &self.cookie, handle }
    }

    /// A record's fields as the store keeps them.
    pub(crate) fn seal(
        &self,
        handle: Handle,
        plain: &Arc<[u8]>,
        random: &dyn Random,
    ) -> Result<Arc<[u8]>, RandomError> {
        let Some(ring) = self.sealing() else { return Ok(Arc::clone(plain)) };
        let sealed = ring.seal(self.context("record", handle.as_bytes()), plain, random)?;
        Ok([&[SEALED][..], &sealed].concat().into())
    }

    /// A record's fields as they are decoded, and how old their seal is.
    pub(crate) fn open(
        &self,
        handle: Handle,
        stored: &Arc<[u8]>,
    ) -> Result<(Arc<[u8]>, SealAge), SealError> {
        let seals = self.sealing().is_some();
        match (stored.split_first(), self.opening()) {
            (Some((&SEALED, sealed)), Some(ring)) => {
                let opened = ring.open(self.context("record", handle.as_bytes()), sealed)?;
                Ok((opened.bytes.into(), SealAge::stale_if(opened.seal.is_stale() && seals)))
            }
            (Some((&SEALED, _)), None) => Err(SealError),
            (Some((&frame::VERSION, _)), _) if !self.takes_plain() => Err(SealError),
            _ => Ok((Arc::clone(stored), SealAge::stale_if(seals))),
        }
    }

    /// A token as the cookie's value: 64 characters, or 96 with a signature.
    pub(crate) fn encode_token(&self, token: &Token) -> Zeroizing<String> {
        let mut value = token.encode();
        if let Some(ring) = self.sealing() {
            let signature = ring.sign(self.context("token", &[]), value.as_bytes());
            value.push_str(&URL_SAFE_NO_PAD.encode(signature));
        }
        value
    }

    /// The token of a cookie's value, and how old its signature is.
    pub(crate) fn decode_token(&self, value: &[u8]) -> Result<(Token, SealAge), Ignored> {
        let (token_bytes, signed) =
            value.split_at_checked(Token::LENGTH).ok_or(Ignored::Malformed)?;
        let token = Token::parse(token_bytes).ok_or(Ignored::Malformed)?;
        let Some(ring) = self.opening() else {
            return if signed.is_empty() {
                Ok((token, SealAge::Current))
            } else {
                Err(Ignored::Malformed)
            };
        };
        if signed.is_empty() {
            return if self.takes_plain() {
                Ok((token, SealAge::stale_if(self.sealing().is_some())))
            } else {
                Err(Ignored::Forged)
            };
        }
        let mut signature = Signature::default();
        let length =
            URL_SAFE_NO_PAD.decode_slice(signed, &mut signature).map_err(|_| Ignored::Malformed)?;
        let verified = ring.verify(self.context("token", &[]), token_bytes, &signature[..length]);
        let seal = verified.map_err(|_| Ignored::Forged)?;
        Ok((token, SealAge::stale_if(seal.is_stale() && self.sealing().is_some())))
    }

    /// What the store keeps of a principal, and finds it by: never the same for two session types
    /// that share a store.
    pub(crate) fn principal(&self, key: &str) -> String {
        let blinded =
            self.sealing().map(|ring| ring.blinded(self.context("principal", &[]), key.as_bytes()));
        blinded
            .and_then(|names| names.into_iter().next())
            .unwrap_or_else(|| self.plain_principal(key))
    }

    /// Every name under which the store may have a principal: one, but for the time of a change
    /// of keys.
    pub(crate) fn principals(&self, key: &str) -> Vec<String> {
        let blinded =
            self.opening().map(|ring| ring.blinded(self.context("principal", &[]), key.as_bytes()));
        let mut names = blinded.unwrap_or_default();
        if self.takes_plain() {
            names.push(self.plain_principal(key));
        }
        names
    }

    fn plain_principal(&self, key: &str) -> String {
        format!("{} {key}", self.cookie)
    }
}
