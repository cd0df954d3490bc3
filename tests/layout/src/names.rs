//! Retired words: names that a stranger could not guess, or that meant several things.

use syn::{ImplItem, Item, TraitItem};

use crate::imports::name_of;
use crate::source::Crate;

/// What a word must not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A struct, enum, trait or alias.
    Type,
    /// A module, and so a file or folder.
    Module,
    /// A function or method.
    Function,
}

/// A word, what it must not name, and what to say instead.
pub type Retired = (&'static str, Kind, &'static str);

use Kind::{Function, Module, Type};

/// The words. A word that is the field's own term somewhere is an exception in [`EXCEPTIONS`].
pub const RETIRED: &[Retired] = &[
    ("arrival", Module, "store_clock"),
    ("Sight", Type, "ClockReading"),
    ("slot", Module, "transaction"),
    ("Slot", Type, "Transaction"),
    ("Arrived", Type, "Identity"),
    ("Bearer", Type, "Proven"),
    ("bearer", Function, "proven"),
    ("request", Module, "load"),
    ("settle", Module, "save"),
    ("settle", Function, "save"),
    ("Work", Type, "Pending"),
    ("Lines", Type, "CommitQueues"),
    ("Lead", Type, "Committer"),
    ("Promise", Type, "Acknowledgement"),
    ("edit", Module, "change"),
    ("Edit", Type, "Change"),
    ("Edits", Type, "Controls"),
    ("Wish", Type, "SecretRequest"),
    ("secrets", Module, "rotation"),
    ("Other", Type, "SecondarySecret"),
    ("Shown", Type, "SecretMatch"),
    ("shown", Function, "presented"),
    ("decoded", Module, "decode_cache"),
    ("Decoded", Type, "DecodeCache"),
    ("kept", Module, "sealed_record"),
    ("kept", Function, "committed, stored"),
    ("ends", Module, "revoke"),
    ("bury", Function, "revoke"),
    ("found", Module, "from_state"),
    ("found", Function, "find, or what is found"),
    ("FoundIn", Type, "FromState"),
    ("found_in", Function, "from_state"),
    ("Found", Type, "CachedState"),
    ("rule", Module, "requirement"),
    ("Rule", Type, "Requirement"),
    ("refused", Module, "rejection"),
    ("Refused", Type, "Rejection, Rejected"),
    ("detach", Module, "uncancelled"),
    ("Detach", Type, "Uncancelled"),
    ("lifecycle", Module, "apply"),
    ("fields", Module, "frame"),
    ("form_key", Module, "form_token"),
    ("vault", Module, "sealing"),
    ("Vault", Type, "Sealer"),
    ("InCookie", Type, "SealedCookie"),
    ("lane", Module, "scheduler"),
    ("Lane", Type, "Scheduler"),
    ("Away", Type, "InFlight"),
    ("under_way", Module, "in_flight"),
    ("Line", Type, "Connection"),
    ("fault", Module, "error"),
    ("Between", Type, "Pooler"),
    ("moment", Module, "timestamp"),
    ("moment", Function, "current_time"),
    ("broken", Module, "fallback"),
    ("Broken", Type, "Fallback"),
    ("shell", Module, "fallback"),
    ("Shell", Type, "Fallback"),
    ("own", Module, "marker"),
    ("literals", Module, "values"),
    ("nearest", Module, "suggestion"),
    ("Next", Type, "ReturnTo: `Next` is axum's"),
    ("Event", Type, "SessionEvent: `Event` is an event stream's"),
    ("Cookie", Type, "SessionCookie: `Cookie` is the cookie crate's"),
    ("Loaded", Type, "Requested"),
    ("HandlerChanges", Type, "WorkingCopy"),
    ("View", Type, "WorkingCopy"),
    ("CookieBuilder", Type, "SealedCookieBuilder: `CookieBuilder` is the cookie crate's"),
];

/// Files in which a word is the field's own term: its start, the word, and why.
pub const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("session-core/src/engine/builder.rs", "bearer", "RFC 6750's word for such a token"),
    ("session-axum/src/builder.rs", "bearer", "RFC 6750's word for such a token"),
    ("tests/integration/model/", "request", "the model sends requests"),
    ("tests/integration/model/", "Edit", "what a request of the model does to a field"),
];

/// Every retired word that still names something in a crate. Functions of tests are free: their
/// names are sentences, or what a test does.
pub fn retired(from: &Crate) -> Vec<String> {
    let mut found = Vec::new();
    for file in &from.files {
        let mut names = Vec::new();
        if let Some(last) = file.module.last() {
            names.push((last.clone(), Module));
        }
        collect(&file.items, &mut names);
        for (name, kind) in names {
            let is_term =
                |(path, word, _): &(&str, &str, &str)| file.path.starts_with(path) && name == *word;
            if kind == Function && !file.is_in_src() {
                continue;
            }
            let retired = RETIRED.iter().find(|(word, of, _)| name == *word && kind == *of);
            if let Some((word, _, instead)) = retired
                && !EXCEPTIONS.iter().any(is_term)
            {
                found.push(format!("{}: `{word}` is retired, say {instead}", file.path));
            }
        }
    }
    found
}

fn collect(items: &[Item], names: &mut Vec<(String, Kind)>) {
    for item in items {
        match item {
            Item::Fn(_) => names.extend(name_of(item).map(|name| (name, Function))),
            Item::Struct(_) | Item::Enum(_) | Item::Type(_) | Item::Union(_) => {
                names.extend(name_of(item).map(|name| (name, Type)));
            }
            Item::Trait(inner) => {
                names.push((inner.ident.to_string(), Type));
                names.extend(inner.items.iter().filter_map(|item| match item {
                    TraitItem::Fn(method) => Some((method.sig.ident.to_string(), Function)),
                    _ => None,
                }));
            }
            Item::Impl(inner) => names.extend(inner.items.iter().filter_map(|item| match item {
                ImplItem::Fn(method) => Some((method.sig.ident.to_string(), Function)),
                _ => None,
            })),
            Item::Mod(inner) => {
                if let Some((_, items)) = &inner.content {
                    names.push((inner.ident.to_string(), Module));
                    collect(items, names);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn retired_in(path: &str, module: &str, text: &str) -> Vec<String> {
        let file = SourceFile::parse(path.to_owned(), vec![module.to_owned()], text.to_owned());
        retired(&Crate { path: String::new(), files: vec![file] })
    }

    #[test]
    fn a_retired_name_of_a_type_a_method_or_a_module_is_found() {
        let text = "struct Wish; impl Wish { fn bury(&self) {} } trait T { fn settle(); }";
        let found = retired_in("src/a.rs", "lane", text);
        assert_eq!(found.len(), 4, "{found:?}");
    }

    #[test]
    fn the_same_word_for_another_kind_of_thing_is_free() {
        assert!(
            retired_in("src/a.rs", "a", "fn lane() {} fn f(kept: u8) {} mod wish {}").is_empty()
        );
    }

    #[test]
    fn functions_of_tests_are_free_and_their_types_are_not() {
        let found = retired_in("tests/a.rs", "a", "struct Wish; fn bury() {}");
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
