//! The form code of a session whose secret was renewed by age: it stays what its first secret made it,
//! so that the forms of pages from before are taken.
//!
//! The store must not be able to make form tokens. So beside each secret that is good the record has
//! the code as only that secret opens it; the secrets themselves no record has.

use std::sync::Arc;

use crate::crypto::form_token::{FormCode, WrappedCode};
use crate::crypto::token::{Digest, Token};
use crate::state::frame::{self, EncodeError};

/// Among the engine's own entries in a record.
const NAME: &str = ".form";

/// How many bytes of a secret's digest tell it from the other one.
const ID: usize = 8;

/// The form code of the session whose fields these are, for who has this token.
pub(crate) fn find(fields: &[u8], token: &Token, digest: Digest) -> FormCode {
    let secret = token.secret();
    match wrapped_for(fields, digest) {
        Some(wrapped) => FormCode::unwrapped(wrapped, secret),
        None => FormCode::first(secret),
    }
}

/// These bytes of fields, with the code also for the secret that is offered beside the current one.
pub(crate) fn with_offered(
    fields: &[u8],
    current: Digest,
    (offered, token): (Digest, &Token),
    code: &FormCode,
) -> Result<Arc<[u8]>, EncodeError> {
    let mut value = Vec::with_capacity(2 * (ID + size_of::<WrappedCode>()));
    let mut push = |digest: Digest, wrapped: WrappedCode| {
        value.extend_from_slice(&id(digest));
        value.extend_from_slice(&wrapped);
    };
    if let Some(wrapped) = wrapped_for(fields, current) {
        push(current, wrapped);
    }
    push(offered, code.wrapped(token.secret()));
    frame::with_entry(fields, NAME, Some(&value))
}

/// These bytes of fields, without any code: another secret takes the place of the others at once, and
/// makes a code of its own.
pub(crate) fn without(fields: Arc<[u8]>) -> Result<Arc<[u8]>, EncodeError> {
    match frame::entry(&fields, NAME) {
        Some(_) => frame::with_entry(&fields, NAME, None),
        None => Ok(fields),
    }
}

fn wrapped_for(fields: &[u8], digest: Digest) -> Option<WrappedCode> {
    let (all, _) = frame::entry(fields, NAME)?.as_chunks::<{ ID + size_of::<WrappedCode>() }>();
    let found = all.iter().find_map(|part| part.strip_prefix(&id(digest)))?;
    found.try_into().ok()
}

fn id(digest: Digest) -> [u8; ID] {
    let (id, _) = digest.as_bytes().split_first_chunk().expect("a digest is longer");
    *id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random::System;
    use crate::crypto::time::Timestamp;
    use crate::crypto::token::{DigestKey, Transport};
    use crate::state::frame::{Fields, Head, Writer};

    fn secret(of: &Token) -> (Token, Digest) {
        let token = Token::rotate(of.handle(), &System).unwrap();
        let digest = token.digest(&DigestKey::new("session", "Shop", Transport::Cookie));
        (token, digest)
    }

    #[test]
    fn a_code_is_passed_on_from_secret_to_secret_and_not_to_others() {
        let first = Token::generate(&System, Timestamp::now()).unwrap();
        let first = secret(&first);
        let mut writer = Writer::new(Head::new("Shop"), 64);
        writer.field("visits", b"1");
        let plain = writer.finish().unwrap();
        let code = find(&plain, &first.0, first.1);

        let mut fields = Arc::clone(&plain);
        let mut current = first;
        for _ in 0..3 {
            let (lost, offered) = (secret(&current.0), secret(&current.0));
            fields = with_offered(&fields, current.1, (lost.1, &lost.0), &code).unwrap();
            fields = with_offered(&fields, current.1, (offered.1, &offered.0), &code).unwrap();
            for (token, digest) in [&current, &offered] {
                assert!(find(&fields, token, *digest) == code);
            }
            assert!(find(&fields, &lost.0, lost.1) != code, "it was never shown");
            // Who has no secret has no code, whatever the record says.
            assert!(find(&fields, &lost.0, offered.1) != code);
            assert_eq!(Fields::parse(&fields).unwrap().entries().count(), 2);
            current = offered;
        }
        assert!(find(&without(Arc::clone(&fields)).unwrap(), &current.0, current.1) != code);
        assert_eq!(without(fields).unwrap(), plain);
        assert_eq!(without(Arc::clone(&plain)).unwrap(), plain);
    }
}
