//! What must not be found, in every spelling that it may be found in.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// Something secret: its name, and what gives it away.
#[derive(Debug)]
pub(crate) struct Secret {
    name: String,
    needles: Vec<Vec<u8>>,
}

/// A token's handle, its secret, and the secret's digest.
pub(crate) struct Token {
    pub(crate) handle: [u8; 16],
    pub(crate) secret: [u8; 32],
    pub(crate) digest: [u8; 32],
}

impl Token {
    pub(crate) fn parse(spelled: &str) -> Self {
        let bytes = URL_SAFE_NO_PAD.decode(spelled).expect("a token is base64url");
        let (handle, secret) = bytes.split_at(16);
        Self {
            handle: handle.try_into().expect("16 bytes"),
            secret: secret.try_into().expect("32 bytes"),
            digest: Sha256::digest(secret).into(),
        }
    }
}

impl Secret {
    /// A token as a cookie spells it. Its first 22 characters are public: the handle.
    pub(crate) fn token(spelled: &str) -> Self {
        let needles = pieces(spelled[22..].as_bytes(), 14);
        Self { name: format!("the token {spelled}"), needles }
    }

    /// Bytes: raw, in hexadecimal, in base64, and as `Debug` shows a slice.
    pub(crate) fn bytes(name: &str, bytes: &[u8]) -> Self {
        let mut needles = pieces(bytes, 8);
        for part in bytes.chunks_exact(8) {
            let hex: String = part.iter().map(|byte| format!("{byte:02x}")).collect();
            needles.push(hex.to_uppercase().into_bytes());
            needles.push(hex.into_bytes());
            let list = format!("{part:?}");
            needles.push(list[1..list.len() - 1].as_bytes().to_vec());
            let lines: Vec<_> = part.iter().map(u8::to_string).collect();
            needles.push(lines.join(",").into_bytes());
        }
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            // Wherever in a longer text it begins.
            for offset in 0..3 {
                needles.extend(pieces(engine.encode(&bytes[offset..]).as_bytes(), 12));
            }
        }
        Self { name: format!("{name} {bytes:02x?}"), needles }
    }

    /// A text that is nobody's business, also where its bytes are shown.
    pub(crate) fn text(text: &str) -> Self {
        let mut secret = Self::bytes("the text", text.as_bytes());
        secret.needles.push(text.as_bytes().to_vec());
        secret.name = format!("the text {text:?}");
        secret
    }

    /// Fails if it is found.
    #[track_caller]
    pub(crate) fn is_not_in(&self, haystack: &[u8], place: &str) {
        for needle in &self.needles {
            let found = haystack.windows(needle.len()).position(|window| window == needle);
            if let Some(at) = found {
                let around = &haystack[at.saturating_sub(300)..haystack.len().min(at + 100)];
                panic!("{} is in {place}: …{}…", self.name, String::from_utf8_lossy(around));
            }
        }
    }
}

/// All that a token is made of and that nobody may see.
pub(crate) fn secrets_of(spelled: &str) -> [Secret; 3] {
    let token = Token::parse(spelled);
    [
        Secret::token(spelled),
        Secret::bytes("the secret", &token.secret),
        Secret::bytes("the digest", &token.digest),
    ]
}

fn pieces(bytes: &[u8], length: usize) -> Vec<Vec<u8>> {
    bytes.chunks_exact(length).map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(secret: &Secret, text: &str) -> bool {
        std::panic::catch_unwind(|| secret.is_not_in(text.as_bytes(), "a test")).is_err()
    }

    #[test]
    fn every_spelling_is_found() {
        let bytes: Vec<u8> = (0..32).map(|byte| byte * 7 + 1).collect();
        let secret = Secret::bytes("this", &bytes);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        for text in [
            format!("{bytes:?}"),
            format!("Some({:?})", &bytes[3..29]),
            hex.clone(),
            format!("\\x{}", &hex[..62]),
            hex.to_uppercase(),
            URL_SAFE_NO_PAD.encode(&bytes),
            STANDARD_NO_PAD.encode([&[9, 9][..], &bytes].concat()),
            serde_json::to_string(&bytes).expect("numbers"),
        ] {
            assert!(finds(&secret, &text), "{text}");
        }
        assert!(!finds(&secret, "Digest(..) 0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"));
    }
}
