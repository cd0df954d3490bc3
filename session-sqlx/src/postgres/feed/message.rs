//! A message on the channel of endings.

use std::hash::{BuildHasher as _, RandomState};

use session_core::Handle;
use session_core::store::Ending;

/// Begins a test message, which is no ending.
const TEST: &str = "test ";

/// A test message that nobody else sends.
pub(super) fn test() -> String {
    // The standard library's hash keys are its one source of randomness.
    format!("{TEST}{:016x}", RandomState::new().hash_one(()))
}

/// The endings that a message tells. One that is not understood may tell of any session: it is of a
/// newer release, or says that all were deleted.
pub(super) fn endings(message: &str) -> Vec<Ending> {
    if message.starts_with(TEST) {
        return Vec::new();
    }
    let handles = message.split_ascii_whitespace().map(str::parse::<Handle>);
    match handles.collect::<Result<Vec<_>, _>>() {
        Ok(handles) => handles.into_iter().map(Ending::Of).collect(),
        Err(_) => vec![Ending::Gap],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_tells_of_each_handle_or_of_a_gap() {
        let texts =
            ["0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c"];
        let told = texts.map(|text| Ending::Of(text.parse().unwrap()));
        assert_eq!(endings(texts[0]), told[..1]);
        assert_eq!(endings(&format!("{} {} ", texts[0], texts[1])), told);
        for unknown in ["all", "v2 0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "0192a1b2"] {
            assert_eq!(endings(unknown), [Ending::Gap], "{unknown}");
        }
    }

    #[test]
    fn a_test_message_is_no_ending_and_no_other_is_like_it() {
        assert_eq!(endings(&test()), []);
        assert_ne!(test(), test());
    }
}
