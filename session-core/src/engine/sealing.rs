//! What keys do for a session type: seal its records, sign its tokens, hide its principals.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::crypto::base64url;
use crate::crypto::key_ring::KeyRing;
use crate::crypto::random::{Random, RandomError};
use crate::crypto::seal::{Context, SealAge, SealError, Signature};
use crate::crypto::token::{Digest, DigestKey, Handle, Nonce, Token, Transport};
use crate::engine::event::Ignored;
use crate::state::frame::{Contents, Head};

/// The stage of turning encryption on for a session type. Turning sealing on for sessions that live already takes
/// these in turn, each deployed on every node before the next, and loses none of them.
///
/// ```
/// # use session_core::{Engine, KeyRing, MemoryStore, Sealing, session};
/// # #[session] struct Shop { visits: u64 }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ring = KeyRing::parse(&KeyRing::generate()?)?;
/// let engine = Engine::<Shop>::builder(MemoryStore::new())
///     .sealing(Sealing::Required(ring))
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[doc(alias("encrypt", "encryption", "sign", "signed_cookie"))]
pub enum Sealing {
    /// Opens what other nodes seal, and seals nothing yet.
    Prepared(KeyRing),
    /// Seals, and still takes what is not sealed, which it seals at the next use.
    Adopted(KeyRing),
    /// Seals, and takes nothing else: what is not sealed is an error in a record, and no session
    /// in a cookie. For new services, and for old ones when the longest absolute limit has passed.
    Required(KeyRing),
}

/// The keys of one session type, if it has any, and the names that its sessions have.
#[derive(Debug)]
pub(crate) struct Sealer {
    sealing: Option<Sealing>,
    cookie: String,
    /// The name of new sessions, and then those of older ones.
    names: Vec<Name>,
}

/// A name, and what is bound to it.
#[derive(Debug)]
struct Name {
    text: String,
    /// The cookie and the name.
    owner: String,
    /// Of secrets in cookies, and of those in bearer tokens.
    digest_keys: [DigestKey; 2],
}

impl Name {
    fn new(text: &str, cookie: &str) -> Self {
        let digest_keys = [Transport::Cookie, Transport::Bearer]
            .map(|transport| DigestKey::new(cookie, text, transport));
        Self { owner: owner(cookie, text), digest_keys, text: text.to_owned() }
    }

    fn digest_key(&self, transport: Transport) -> &DigestKey {
        let [of_cookies, of_bearer_tokens] = &self.digest_keys;
        match transport {
            Transport::Cookie => of_cookies,
            Transport::Bearer => of_bearer_tokens,
        }
    }
}

/// One of the names that a session type's sessions have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameId(usize);

impl NameId {
    /// The name of new sessions.
    pub(crate) const NEW: Self = Self(0);
}

/// A record's fields as they were before they were sealed.
pub(crate) struct OpenedFields {
    pub(crate) fields: Arc<[u8]>,
    pub(crate) seal: SealAge,
}

impl Sealer {
    pub(crate) fn new(
        sealing: Option<Sealing>,
        cookie: String,
        name: &str,
        aliases: &[&str],
    ) -> Self {
        let all = std::iter::once(&name).chain(aliases);
        let names = all.map(|name| Name::new(name, &cookie)).collect();
        Self { sealing, cookie, names }
    }

    /// The name of new sessions.
    pub(crate) fn name(&self) -> &str {
        self.name_of(NameId::NEW)
    }

    pub(crate) fn name_of(&self, id: NameId) -> &str {
        &self.names[id.0].text
    }

    /// Which of this type's names that is, if it is one.
    pub(crate) fn find(&self, name: &str) -> Option<NameId> {
        self.names.iter().position(|other| other.text == name).map(NameId)
    }

    /// What the store keeps of a token's secret.
    pub(crate) fn digest(&self, token: &Token, name: NameId, transport: Transport) -> Digest {
        token.digest(self.names[name.0].digest_key(transport))
    }

    /// The cookie's token that succeeds this one by age.
    pub(crate) fn successor(&self, token: &Token, nonce: &Nonce, name: NameId) -> Token {
        token.successor(nonce, self.names[name.0].digest_key(Transport::Cookie))
    }

    /// The digest of a token for a session of another name.
    pub(crate) fn digest_under(&self, token: &Token, name: &str, transport: Transport) -> Digest {
        token.digest(&DigestKey::new(&self.cookie, name, transport))
    }

    /// What belongs to sessions of this name, whosever it is.
    pub(crate) fn owner(&self, name: &str) -> String {
        owner(&self.cookie, name)
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

    /// Of what belongs to sessions of this name.
    pub(crate) fn context<'a>(
        &'a self,
        purpose: &'static str,
        name: NameId,
        handle: &'a [u8],
    ) -> Context<'a> {
        Context { purpose, owner: &self.names[name.0].owner, handle }
    }

    /// Of a token, which does not say what its session's name is.
    fn token_context(&self, transport: Transport) -> Context<'_> {
        let purpose = match transport {
            Transport::Cookie => "token",
            Transport::Bearer => "bearer token",
        };
        Context { purpose, owner: &self.cookie, handle: &[] }
    }

    /// A record's fields as the store keeps them.
    pub(crate) fn seal(
        &self,
        handle: Handle,
        name: NameId,
        plain: &Arc<[u8]>,
        random: &dyn Random,
    ) -> Result<Arc<[u8]>, RandomError> {
        let Some(ring) = self.sealing() else { return Ok(Arc::clone(plain)) };
        let context = self.context("record", name, handle.as_bytes());
        let sealed = ring.seal(context, plain, random)?;
        Ok(Head::new(self.name_of(name)).sealed(&sealed))
    }

    /// A record's fields as they are decoded; `head` and `rest` are those of `stored`.
    pub(crate) fn open(
        &self,
        handle: Handle,
        name: NameId,
        stored: &Arc<[u8]>,
        (contents, rest): (Contents, &[u8]),
    ) -> Result<OpenedFields, SealError> {
        let seals = self.sealing().is_some();
        match (contents, self.opening()) {
            (Contents::Sealed, Some(ring)) => {
                let context = self.context("record", name, handle.as_bytes());
                let opened = ring.open(context, rest)?;
                let seal = SealAge::stale_if(opened.seal.is_stale() && seals);
                Ok(OpenedFields { fields: opened.bytes.into(), seal })
            }
            (Contents::Sealed, None) => Err(SealError),
            (Contents::Fields, _) if !self.takes_plain() => Err(SealError),
            (Contents::Fields, _) => {
                let fields = Arc::clone(stored);
                Ok(OpenedFields { fields, seal: SealAge::stale_if(seals) })
            }
        }
    }

    /// A token as its client has it: 64 characters, or 96 with a signature.
    pub(crate) fn encode_token(&self, token: &Token, transport: Transport) -> Zeroizing<String> {
        let mut value = token.encode();
        if let Some(ring) = self.sealing() {
            let signature = ring.sign(self.token_context(transport), value.as_bytes());
            value.push_str(&URL_SAFE_NO_PAD.encode(signature));
        }
        value
    }

    /// The token that a client shows as this, and how old its signature is.
    pub(crate) fn decode_token(
        &self,
        value: &[u8],
        transport: Transport,
    ) -> Result<(Token, SealAge), Ignored> {
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
        base64url::decode(signed, &mut signature).ok_or(Ignored::Malformed)?;
        let verified = ring.verify(self.token_context(transport), token_bytes, &signature);
        let seal = verified.map_err(|_| Ignored::Forged)?;
        Ok((token, SealAge::stale_if(seal.is_stale() && self.sealing().is_some())))
    }

    /// What the store keeps of a principal, and finds it by: never the same for two session types
    /// that share a store.
    pub(crate) fn principal(&self, key: &str, name: NameId) -> String {
        let context = self.context("principal", name, &[]);
        let blinded = self.sealing().map(|ring| ring.blinded(context, key.as_bytes()));
        blinded
            .and_then(|names| names.into_iter().next())
            .unwrap_or_else(|| self.plain_principal(key, name))
    }

    /// Every name under which the store may have a principal: one, but for the time of a change
    /// of keys, or of the sessions' name.
    pub(crate) fn principals(&self, key: &str) -> Vec<String> {
        let mut names = Vec::new();
        for name in (0..self.names.len()).map(NameId) {
            let context = self.context("principal", name, &[]);
            let blinded = self.opening().map(|ring| ring.blinded(context, key.as_bytes()));
            names.extend(blinded.unwrap_or_default());
            if self.takes_plain() {
                names.push(self.plain_principal(key, name));
            }
        }
        names
    }

    fn plain_principal(&self, key: &str, name: NameId) -> String {
        format!("{} {} {key}", self.cookie, self.name_of(name))
    }
}

/// A cookie and a name, neither of which has a zero byte.
fn owner(cookie: &str, name: &str) -> String {
    format!("{cookie}\0{name}")
}
