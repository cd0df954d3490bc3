//! The files of a store, searched for secrets and for the content of sessions.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::app::CANARY;

/// Every byte of every file below a directory.
pub(crate) fn dump(directory: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(directory).expect("the directory is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            bytes.extend(dump(&path));
        } else if path.is_file() {
            bytes.extend(fs::read(&path).unwrap_or_default());
        }
    }
    bytes
}

fn has(dump: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(dump, needle).is_some()
}

/// A dump has no secret in any spelling, and of sealed sessions no state either.
pub(crate) fn check(dump: &[u8], secrets: &[[u8; 32]], sealed: bool) {
    assert!(!secrets.is_empty());
    for secret in secrets {
        let hex: Vec<_> = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let hex = hex.concat();
        let text = URL_SAFE_NO_PAD.encode(secret);
        for spelled in [&secret[..], hex.as_bytes(), text.as_bytes()] {
            assert!(!has(dump, spelled), "a secret lies on the disk");
        }
    }
    assert_eq!(
        has(dump, CANARY.as_bytes()),
        !sealed,
        "what is in a session is found exactly where it is not sealed"
    );
}
