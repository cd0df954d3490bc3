//! The names of a session type: the one under which its sessions are stored, and earlier ones.

use syn::ext::IdentExt as _;
use syn::{Error, Ident, LitStr, Result};

use crate::errors::Errors;

/// The longest name of a session type, in bytes.
const MAX_NAME_LENGTH: usize = 64;

/// The name of a session type and its aliases: each is valid, and no two are the same.
pub(crate) struct SessionName {
    pub(crate) name: LitStr,
    pub(crate) aliases: Vec<LitStr>,
}

impl SessionName {
    /// The names of the type `ident` with the options `name` and `alias`.
    pub(super) fn new(
        ident: &Ident,
        name: Option<LitStr>,
        aliases: Vec<LitStr>,
        errors: &mut Errors,
    ) -> Self {
        let name = name.unwrap_or_else(|| Self::default_name(ident));
        let mut taken: Vec<String> = Vec::new();
        for literal in std::iter::once(&name).chain(&aliases) {
            errors.handle(check(literal));
            let value = literal.value();
            if taken.contains(&value) {
                let message = format!("`{ident}` has the name `{value}` already: remove this one");
                errors.push(Error::new(literal.span(), message));
            }
            taken.push(value);
        }
        Self { name, aliases }
    }

    /// The name of a type without the option `name`: its identifier.
    pub(crate) fn default_name(ident: &Ident) -> LitStr {
        LitStr::new(&ident.unraw().to_string(), ident.span())
    }
}

fn check(name: &LitStr) -> Result<()> {
    let value = name.value();
    let message = if value.is_empty() {
        "a session type cannot have an empty name: write one, or leave `name` out"
    } else if value.len() > MAX_NAME_LENGTH {
        "the name of a session type has at most 64 bytes: shorten it with `name = \"…\"`"
    } else if value.chars().any(char::is_control) {
        "the name of a session type has no control characters: remove them"
    } else {
        return Ok(());
    };
    Err(Error::new(name.span(), message))
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    /// The messages for the type `Shop` with these options.
    fn messages(name: Option<&str>, aliases: &[&str]) -> Vec<String> {
        let literal = |text: &&str| LitStr::new(text, Span::call_site());
        let mut errors = Errors::default();
        let ident = Ident::new_raw("Shop", Span::call_site());
        let aliases = aliases.iter().map(literal).collect();
        SessionName::new(&ident, name.as_ref().map(literal), aliases, &mut errors);
        match errors.finish_with(()) {
            Ok(()) => Vec::new(),
            Err(error) => error.into_iter().map(|error| error.to_string()).collect(),
        }
    }

    #[test]
    fn a_name_has_up_to_64_bytes_of_any_script() {
        assert_eq!(messages(None, &[]), [""; 0]);
        assert_eq!(messages(Some("shop"), &["Shop", "cart", "Läden 1"]), [""; 0]);
        assert_eq!(messages(Some(&"ü".repeat(32)), &[]), [""; 0]);
        assert_eq!(messages(Some(&"ü".repeat(33)), &[]).len(), 1);
        for text in ["", "a\0", "a\nb", "\u{7f}", "\u{85}"] {
            assert_eq!(messages(Some(text), &[]).len(), 1, "{text:?}");
            assert_eq!(messages(None, &[text]).len(), 1, "{text:?}");
        }
    }

    #[test]
    fn no_name_is_given_twice() {
        let already = |name| format!("`r#Shop` has the name `{name}` already: remove this one");
        assert_eq!(messages(None, &["Shop"]), [already("Shop")]);
        assert_eq!(messages(Some("a"), &["b", "a", "b"]), [already("a"), already("b")]);
    }
}
