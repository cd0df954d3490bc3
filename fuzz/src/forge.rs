//! Seals whatever a target likes, as another node with the key would: what is behind the seal must
//! not take its content on trust.
//!
//! The format is the library's, written down once more; a target that opens what the library sealed
//! sees at its start whether the two still agree.

use sha2::{Digest as _, Sha256};
use xaes_256_gcm::aead::{Aead as _, KeyInit as _, Payload};
use xaes_256_gcm::{Nonce, Xaes256Gcm};

use crate::framing::NAME;
use crate::lines::NAMES;

/// The key that the library has too.
pub const KEY: [u8; 32] = [7; 32];

/// What the sealed bytes are, and the session that they belong to.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// A session kept in its cookie.
    Cookie,
    /// The seen cookie beside the session of this handle.
    Seen(&'a [u8; 16]),
    /// The record of this handle.
    Record(&'a [u8; 16]),
}

/// Key id, nonce, ciphertext and tag.
pub fn seal(place: Place<'_>, plain: &[u8]) -> Vec<u8> {
    let nonce = [9; 24];
    let sealed = Xaes256Gcm::new(&KEY.into())
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: &place.encode() })
        .expect("it is short enough");
    [&id()[..], &nonce, &sealed].concat()
}

/// What was sealed by the library, or by [`seal`].
pub fn open(place: Place<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
    let rest = sealed.strip_prefix(&id())?;
    let (nonce, sealed) = rest.split_first_chunk::<24>()?;
    Xaes256Gcm::new(&KEY.into())
        .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: &place.encode() })
        .ok()
}

fn id() -> [u8; 4] {
    let hash = Sha256::new().chain_update("session key id\0").chain_update(KEY).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

impl Place<'_> {
    fn encode(self) -> Vec<u8> {
        let (purpose, handle) = match self {
            Self::Cookie => ("sealed session", &[][..]),
            Self::Seen(handle) => ("sealed session seen", &handle[..]),
            Self::Record(handle) => ("record", &handle[..]),
        };
        let owner = format!("{}\0{NAME}", NAMES[0]);
        let mut bytes = Vec::new();
        for part in [purpose.as_bytes(), owner.as_bytes(), &id(), handle] {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}
