//! Labels: what is kept of a browser's name for itself, for a device list.

use std::sync::Arc;

use http::HeaderValue;

/// The most bytes of a label.
const MAX_LABEL: usize = 200;

/// Makes a label of the text of a `User-Agent`.
type Shorten = dyn Fn(&str) -> Option<String> + Send + Sync;

/// What is kept of the `User-Agent` with which a session begins.
#[derive(Clone, Default)]
pub(crate) enum Labels {
    /// As much as a label has room for.
    #[default]
    Keep,
    /// What a function of the application's makes of it.
    Shorten(Arc<Shorten>),
    /// Nothing.
    Drop,
}

impl Labels {
    pub(crate) fn keeps_none(&self) -> bool {
        matches!(self, Self::Drop)
    }

    /// The label of a session that begins with this `User-Agent`; none of one that is not ASCII.
    pub(crate) fn of(&self, user_agent: &HeaderValue) -> Option<Arc<str>> {
        let text = user_agent.to_str().ok()?;
        match self {
            Self::Keep => fit(text),
            Self::Shorten(shorten) => fit(&shorten(text)?),
            Self::Drop => None,
        }
    }
}

/// What of this text fits into a label: no control characters, and no part of a character.
fn fit(text: &str) -> Option<Arc<str>> {
    let mut label: String = text.chars().filter(|char| !char.is_control()).collect();
    label.truncate(label.floor_char_boundary(MAX_LABEL));
    (!label.is_empty()).then(|| label.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(labels: &Labels, user_agent: &'static str) -> Option<String> {
        labels.of(&HeaderValue::from_static(user_agent)).map(|label| label.to_string())
    }

    #[test]
    fn a_label_is_what_the_application_keeps_within_its_limits() {
        let long = "x".repeat(1000);
        let whole = Labels::Keep.of(&HeaderValue::try_from(&long).expect("it is ASCII"));
        assert_eq!(whole.as_deref(), Some(&long[..200]));
        let shortened = |text: &'static str| {
            label(&Labels::Shorten(Arc::new(move |_| Some(text.to_owned()))), "curl/8.5.0")
        };
        assert_eq!(shortened("curl").as_deref(), Some("curl"));
        assert_eq!(shortened("a\r\nb\u{85}c\0").as_deref(), Some("abc"));
        assert_eq!(shortened("\n"), None);
        assert_eq!(shortened(""), None);
        let wide = Labels::Shorten(Arc::new(|_| Some("é".repeat(150))));
        assert_eq!(label(&wide, "a"), Some("é".repeat(100)));
        let odd = Labels::Shorten(Arc::new(|_| Some(format!("x{}", "é".repeat(150)))));
        assert_eq!(label(&odd, "a"), Some(format!("x{}", "é".repeat(99))));
        assert_eq!(label(&Labels::Shorten(Arc::new(|_| None)), "curl/8.5.0"), None);
        assert_eq!(label(&Labels::Drop, "curl/8.5.0"), None);
    }
}
