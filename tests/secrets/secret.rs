//! A secret, in every encoding in which it could be printed or stored.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use session_axum::Store;
use session_tests::ProbedStore;
use sha2::{Digest as _, Sha256};

/// How many bytes every pattern has at least.
const BEGINNING: usize = 8;

/// Something secret: its name, and what gives it away.
#[derive(Debug)]
pub(crate) struct Secret {
    name: String,
    patterns: Vec<Vec<u8>>,
}

/// The handle and secret of a token, which a signature may follow.
pub(crate) fn parts(token: &str) -> (Vec<u8>, Vec<u8>) {
    let mut handle = URL_SAFE_NO_PAD.decode(&token[..64]).expect("a token is base64url");
    let secret = handle.split_off(16);
    assert_eq!(secret.len(), 32);
    (handle, secret)
}

impl Secret {
    /// A token as it is in a cookie. Its first 22 characters are public: the handle.
    pub(crate) fn token(text: &str) -> Self {
        let patterns = pieces(&text.as_bytes()[22..], 14);
        Self { name: format!("the token {text}"), patterns }
    }

    /// Random bytes, of which every eight give the others away: raw, in hexadecimal, in base64,
    /// and as `Debug` or JSON shows numbers.
    pub(crate) fn bytes(name: &str, bytes: &[u8]) -> Self {
        let mut patterns: Vec<_> = bytes.chunks_exact(8).flat_map(encodings).collect();
        for encoded in in_base64(bytes) {
            patterns.extend(pieces(encoded.as_bytes(), 12));
        }
        Self { name: format!("{name} {bytes:02x?}"), patterns }
    }

    /// A text that is nobody's business, also where its bytes are shown.
    pub(crate) fn text(text: &str) -> Self {
        let mut patterns = encodings(text.as_bytes());
        patterns.extend(in_base64(text.as_bytes()).map(String::into_bytes));
        Self { name: format!("the text {text:?}"), patterns }
    }
}

/// Bytes as they are, in hexadecimal, and as numbers.
fn encodings(bytes: &[u8]) -> Vec<Vec<u8>> {
    let pairs: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let numbers: Vec<_> = bytes.iter().map(u8::to_string).collect();
    let [hex, debug, json] = [pairs.concat(), numbers.join(", "), numbers.join(",")];
    let texts = [hex.to_uppercase(), hex, pairs.join(", "), debug, json].map(String::into_bytes);
    texts.into_iter().chain([bytes.to_vec()]).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Bytes in base64, wherever in a longer text they begin. What depends on their neighbours is cut off.
fn in_base64(bytes: &[u8]) -> impl Iterator<Item = String> {
    let engines = [STANDARD_NO_PAD, URL_SAFE_NO_PAD].into_iter();
    engines.flat_map(move |engine| {
        (0..3).map(move |offset| {
            let bytes = &bytes[offset..];
            engine.encode(&bytes[..bytes.len() / 3 * 3])
        })
    })
}

/// Fails if any of them is found.
#[track_caller]
pub(crate) fn none_is_in(haystack: &[u8], place: &str, secrets: &[Secret]) {
    if let Some((secret, at)) = find(haystack, secrets) {
        let around = &haystack[at.saturating_sub(300)..haystack.len().min(at + 100)];
        panic!("{} is in {place}: …{}…", secret.name, String::from_utf8_lossy(around));
    }
}

/// The first of them that is found, and where. Logs are long, so all are looked for at once.
fn find<'a>(haystack: &[u8], secrets: &'a [Secret]) -> Option<(&'a Secret, usize)> {
    let mut by_beginning = HashMap::<[u8; BEGINNING], Vec<(&Secret, &[u8])>>::new();
    for secret in secrets {
        for pattern in &secret.patterns {
            let beginning = *pattern.first_chunk().expect("shorter ones would be found by chance");
            by_beginning.entry(beginning).or_default().push((secret, pattern));
        }
    }
    haystack.array_windows().enumerate().find_map(|(at, beginning)| {
        let begun = by_beginning.get(beginning)?;
        let found = begun.iter().find(|(_, pattern)| haystack[at..].starts_with(pattern));
        found.map(|(secret, _)| (*secret, at))
    })
}

/// The parts of a cookie's value that nobody but its browser may see, also in other encodings.
pub(crate) fn secrets_of(token: &str) -> Vec<Secret> {
    if token.len() > 96 {
        // A sealed session: its name is in front, in the clear.
        let sealed = URL_SAFE_NO_PAD.decode(token).expect("it is base64url");
        return vec![Secret::token(token), Secret::bytes("the sealed session", &sealed[16..])];
    }
    let (_, secret) = parts(token);
    let signature = URL_SAFE_NO_PAD.decode(&token[64..]).expect("a signature is base64url");
    let signed = (!signature.is_empty()).then(|| Secret::bytes("the signature", &signature));
    let secrets = [
        Secret::token(token),
        Secret::bytes("the encoded token", &token.as_bytes()[22..]),
        Secret::bytes("the secret", &secret),
        Secret::bytes("the secret's hash", &Sha256::digest(&secret)),
    ];
    secrets.into_iter().chain(signed).collect()
}

/// Keys as a configuration has them.
pub(crate) fn keys(words: &str) -> impl Iterator<Item = Secret> {
    words.split_whitespace().flat_map(|key| {
        let bytes = URL_SAFE_NO_PAD.decode(key).expect("a key is base64url");
        assert_eq!(bytes.len(), 32);
        [Secret::bytes("a key", &bytes), Secret::bytes("an encoded key", key.as_bytes())]
    })
}

/// The digests that a store was given.
pub(crate) fn digests<S: Store>(store: &ProbedStore<S>) -> Vec<Secret> {
    let digests = store.digests();
    digests.iter().map(|digest| Secret::bytes("a stored digest", digest.as_bytes())).collect()
}

fn pieces(bytes: &[u8], length: usize) -> Vec<Vec<u8>> {
    bytes.chunks_exact(length).map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_found() {
        let bytes: Vec<u8> = (0..32).map(|byte| byte * 7 + 1).collect();
        let secret = [Secret::bytes("this", &bytes)];
        let hex = hex(&bytes);
        for text in [
            format!("{bytes:?}"),
            format!("{bytes:02x?}"),
            format!("Some({:?})", &bytes[3..29]),
            hex.clone(),
            format!("\\x{}", &hex[..62]),
            hex.to_uppercase(),
            URL_SAFE_NO_PAD.encode(&bytes),
            STANDARD_NO_PAD.encode([&[9, 9][..], &bytes].concat()),
            serde_json::to_string(&bytes).expect("numbers"),
        ] {
            assert!(find(text.as_bytes(), &secret).is_some(), "{text}");
        }
        let harmless = "Digest(..) 0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
        assert!(find(harmless.as_bytes(), &secret).is_none());
    }
}
