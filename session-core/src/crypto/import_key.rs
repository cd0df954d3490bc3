//! What is made of the id that a session had elsewhere: its handle and its first secret here, on every node the same.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::crypto::token::{Digest, DigestKey, Handle, Token, Transport};

/// The handle, the first secret and the mark of a session that is imported. Whoever has the id has them.
#[derive(Clone)]
pub(crate) struct ImportKey {
    /// The session's handle, and a secret that only the id proves: no cookie carries it.
    pub(crate) token: Token,
    /// What the store keeps of that secret.
    pub(crate) digest: Digest,
    /// The handle of what stays in the store of the import, whatever becomes of the session.
    pub(crate) mark: Handle,
}

impl ImportKey {
    /// For the sessions of this name.
    pub(crate) fn new(name: &str, id: &[u8]) -> Self {
        let derive = |what: &str| -> [u8; 32] {
            // The lengths keep one name and id from being read as another.
            let lengths = [name.len() as u64, id.len() as u64].map(u64::to_le_bytes);
            let hash = Sha256::new().chain_update("session import ").chain_update(what);
            let hash = hash.chain_update(lengths.concat()).chain_update(name).chain_update(id);
            hash.finalize().into()
        };
        let token = Token::new(handle(derive("handle")), &derive("secret"));
        // No cookie and no name is like this, so that the secret proves nothing in a cookie.
        let digest = token.digest(&DigestKey::new("\0import", name, Transport::Cookie));
        Self { token, digest, mark: handle(derive("mark")) }
    }
}

/// A `UUIDv8` of the first half of these bytes.
fn handle(bytes: [u8; 32]) -> Handle {
    let (half, _) = bytes.split_first_chunk().expect("32 bytes are more than 16");
    Handle::from_bytes(*uuid::Builder::from_custom_bytes(*half).as_uuid().as_bytes())
}

impl fmt::Debug for ImportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportKey").field("token", &self.token).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_name_s_and_its_id_s() {
        let key = ImportKey::new("Shop", b"an id of sixteen");
        let again = ImportKey::new("Shop", b"an id of sixteen");
        assert_eq!(*key.token.encode(), *again.token.encode());
        assert_eq!((key.digest, key.mark), (again.digest, again.mark));
        for other in [
            ImportKey::new("Shop", b"an id of sixteeN"),
            ImportKey::new("shop", b"an id of sixteen"),
            ImportKey::new("Sho", b"pan id of sixteen"),
        ] {
            assert_ne!(other.token.handle(), key.token.handle());
            assert_ne!(other.token.secret(), key.token.secret());
            assert_ne!(other.mark, key.mark);
        }
        assert_ne!(key.token.handle(), key.mark);
        for handle in [key.token.handle(), key.mark] {
            let uuid = uuid::Uuid::from_bytes(*handle.as_bytes());
            assert_eq!(uuid.get_version_num(), 8);
        }
    }

    #[test]
    fn its_secret_proves_nothing_in_a_cookie() {
        let key = ImportKey::new("Shop", b"an id of sixteen");
        assert_ne!(
            key.token.digest(&DigestKey::new("__Host-session", "Shop", Transport::Cookie)),
            key.digest
        );
    }
}
