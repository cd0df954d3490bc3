//! Words that people search the documentation for, and whether each leads somewhere: it is the name of a public
//! item, or stands in a `#[doc(alias(…))]`.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::LitStr;

use crate::source::Crate;

/// The words, by what somebody wants to do.
pub const SEARCHED: &[&[&str]] = &[
    // To log people in and out.
    &["login", "log_in", "logout", "log_out", "sign_in", "sign_out", "current_user", "user"],
    &["remember", "remember_me", "sudo", "reauthenticate", "impersonate"],
    // To let in, and to keep out.
    &["login_required", "guard", "role", "permission", "redirect", "csrf", "xsrf", "origin"],
    // To keep data.
    &["get", "set", "insert", "remove", "save", "flash", "cookie", "same_site", "secure"],
    &["store", "memory", "postgres", "postgresql", "sqlite", "redis", "valkey", "database"],
    // To end sessions.
    &["expire", "expiry", "timeout", "ttl", "max_age", "flush", "purge", "invalidate", "clear"],
    &["revoke", "devices", "regenerate", "cycle_id", "renew", "cleanup", "session_id"],
    // To protect them.
    &["key", "secret", "sign", "encrypt", "rotate", "bearer", "jwt", "api_token"],
    // To fit them into an application.
    &["middleware", "extension", "layer", "extractor", "websocket", "sse", "event_stream"],
    &["test", "mock", "fake", "clock", "health_check", "readiness", "metrics", "events"],
];

/// The words that lead nowhere in these crates.
///
/// # Panics
/// If a file is no Rust.
pub fn missing(crates: &[Crate]) -> Vec<&'static str> {
    let mut known = BTreeSet::new();
    for file in crates.iter().flat_map(|from| &from.files) {
        let tokens = file.text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.path));
        collect(tokens, &mut known);
    }
    SEARCHED
        .iter()
        .flat_map(|words| *words)
        .copied()
        .filter(|word| !known.contains(*word))
        .collect()
}

fn collect(tokens: TokenStream, known: &mut BTreeSet<String>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) if is_alias(&tokens[..index]) => {
                let words = group
                    .stream()
                    .into_iter()
                    .filter_map(|token| syn::parse_str::<LitStr>(&token.to_string()).ok());
                known.extend(words.map(|word| word.value()));
            }
            TokenTree::Group(group) => collect(group.stream(), known),
            // `alias = "flash"`
            TokenTree::Literal(literal) if index >= 2 && is_alias(&tokens[..index - 1]) => {
                known.extend(
                    syn::parse_str::<LitStr>(&literal.to_string()).map(|word| word.value()),
                );
            }
            TokenTree::Ident(name) if is_public(&tokens[..index]) => {
                known.insert(name.to_string());
            }
            _ => {}
        }
    }
}

fn is_alias(before: &[TokenTree]) -> bool {
    matches!(before.last(), Some(TokenTree::Ident(name)) if name == "alias")
}

/// Whether a name comes next of something public: `pub async fn`, `pub mod`.
fn is_public(before: &[TokenTree]) -> bool {
    let words = before.iter().rev().map_while(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    let words: Vec<_> = words.take(4).collect();
    let is_item = matches!(words.first().map(String::as_str), Some("fn" | "mod"));
    is_item && words.iter().any(|word| word == "pub")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_an_alias_are_found() {
        let source = r#"
            #[doc(alias("login", "sign_in"))]
            pub async fn log_in() {}
            #[doc(alias = "flash")]
            fn private() {}
        "#;
        let mut known = BTreeSet::new();
        collect(source.parse().unwrap(), &mut known);
        assert!(["flash", "log_in", "login", "sign_in"].into_iter().eq(known.iter()));
    }
}
