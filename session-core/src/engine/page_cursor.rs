//! The place in a list of sessions at which a page ends, as a word for a URL.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::crypto::base64url;
use crate::crypto::time::Timestamp;
use crate::crypto::token::Handle;
use crate::store::Cursor;

/// The first of the eight bytes of a moment is zero until the year 4253. Another one is a later form of cursors.
const FORM: u8 = 0;

/// Where a page of a list ends, to ask for the page after it. From [`SessionPage::next`](crate::SessionPage).
///
/// Its text is 32 characters that need no escape in a URL; `serde` takes it as that text. What it says is the
/// library's own affair. It is no secret and opens nothing: a forged one is another place in the list of whoever asks.
///
/// ```
/// # use session_core::PageCursor;
/// #[derive(serde::Deserialize)]
/// struct Paging { after: Option<PageCursor> }       // /devices?after=AAYcT…
///
/// let error = "AAYcT".parse::<PageCursor>().unwrap_err();
/// assert!(error.to_string().starts_with("not a place in a list of sessions"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PageCursor(Cursor);

impl PageCursor {
    pub(crate) const fn new(cursor: Cursor) -> Self {
        Self(cursor)
    }

    /// The place as a store knows it.
    pub(crate) const fn place(self) -> Cursor {
        self.0
    }
}

impl fmt::Display for PageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cursor { created, handle } = self.0;
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&created.micros().max(0).to_be_bytes());
        bytes[8..].copy_from_slice(handle.as_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl fmt::Debug for PageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PageCursor({self})")
    }
}

impl FromStr for PageCursor {
    type Err = PageCursorError;

    fn from_str(text: &str) -> Result<Self, PageCursorError> {
        let mut bytes = [0; 24];
        base64url::decode(text.as_bytes(), &mut bytes).ok_or(PageCursorError)?;
        let (created, handle) = bytes.split_first_chunk().ok_or(PageCursorError)?;
        if created[0] != FORM {
            return Err(PageCursorError);
        }
        let created = Timestamp::from_micros(i64::from_be_bytes(*created));
        let handle = Handle::from_bytes(handle.try_into().map_err(|_| PageCursorError)?);
        Ok(Self(Cursor { created, handle }))
    }
}

impl Serialize for PageCursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PageCursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The text is not a cursor of a list of sessions.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a place in a list of sessions: expected the text of a `SessionPage::next`, 32 characters, unchanged; without \
     one the list begins at its first page"
)]
#[non_exhaustive]
pub struct PageCursorError;

crate::error_words::debug_in_words!(PageCursorError);

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(micros: i64) -> PageCursor {
        let created = Timestamp::from_micros(micros);
        PageCursor::new(Cursor { created, handle: Handle::from_bytes([0xfb; 16]) })
    }

    #[test]
    fn a_cursor_comes_back_from_its_text_which_needs_no_escape() {
        for micros in [0, 1, 1_720_000_000_000_001, (1 << 56) - 1] {
            let text = cursor(micros).to_string();
            assert_eq!(text.parse(), Ok(cursor(micros)));
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            assert!(text.len() == 32 && text.bytes().all(is_plain), "{text}");
            let json = serde_json::to_string(&cursor(micros)).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<PageCursor>(&json).unwrap(), cursor(micros));
        }
    }

    #[test]
    fn another_text_is_refused() {
        let text = cursor(1_720_000_000_000_001).to_string();
        let later = cursor(1 << 56).to_string();
        let changed = [&text[1..], &text[..31], &format!("{text}A"), &format!("{text}="), &later];
        let others =
            ["", "null", "1", &text.replace('-', "+"), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA é"];
        for wrong in changed.into_iter().chain(others) {
            assert_eq!(wrong.parse::<PageCursor>(), Err(PageCursorError), "{wrong}");
        }
        let error = serde_json::from_str::<PageCursor>("\"1\"").unwrap_err();
        assert!(error.to_string().contains("SessionPage::next"), "{error}");
    }
}
