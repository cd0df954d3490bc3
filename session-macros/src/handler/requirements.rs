//! What `#[require_session(…)]` asks of the session before the function runs.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Error, Ident, Result};

use crate::errors::Errors;
use crate::options::{Given, Known};

const ON_FUNCTION: Known = Known {
    place: "`#[require_session]`",
    options: &[
        ("existing", "existing"),
        ("authenticated", "authenticated"),
        ("commit", "commit = always"),
        ("cross_site", "cross_site"),
    ],
    repeatable: &[],
};

/// The options, each with the word that the user wrote.
#[derive(Default)]
pub(super) struct Requirements {
    existing: Option<Ident>,
    authenticated: Option<Ident>,
    commit_always: Option<Ident>,
    cross_site: Option<Ident>,
}

impl Requirements {
    pub(super) fn read(args: TokenStream, errors: &mut Errors) -> Self {
        let (mut given, mut requirements) = (Vec::new(), Self::default());
        ON_FUNCTION.read(args, &mut given, errors);
        for option in given {
            let word = option.name.clone();
            match option.word().as_str() {
                "existing" => requirements.existing = errors.keep(option.flag()).map(|()| word),
                "authenticated" => {
                    requirements.authenticated = errors.keep(option.flag()).map(|()| word);
                }
                "cross_site" => requirements.cross_site = errors.keep(option.flag()).map(|()| word),
                _ => requirements.commit_always = errors.keep(always(option)).map(|()| word),
            }
        }
        requirements
    }

    /// What the first session argument requires, as one type.
    pub(super) fn of_first(&self) -> Option<TokenStream> {
        let existing = self.existing.as_ref().map(|word| marker(word, "Existing"));
        let authenticated = self.authenticated.as_ref().map(|word| marker(word, "Authenticated"));
        pairs([existing, authenticated, self.of_others()])
    }

    /// What every further session argument requires: not who has a session, but what becomes of
    /// the request.
    pub(super) fn of_others(&self) -> Option<TokenStream> {
        let commit_always = self.commit_always.as_ref().map(|word| marker(word, "CommitAlways"));
        let cross_site = self.cross_site.as_ref().map(|word| marker(word, "CrossSite"));
        pairs([commit_always, cross_site])
    }
}

/// All of them as one type.
fn pairs<const N: usize>(markers: [Option<TokenStream>; N]) -> Option<TokenStream> {
    markers.into_iter().flatten().rev().reduce(|inner, outer| quote!((#outer, #inner)))
}

/// The library's type for an option, where the user wrote the option.
fn marker(word: &Ident, name: &str) -> TokenStream {
    let name = Ident::new(name, word.span());
    quote_spanned!(word.span()=> ::session_core::__private::#name)
}

fn always(option: Given) -> Result<()> {
    let what = "`always`; without it, an answer of 5xx discards the changes";
    let path = option.path(&ON_FUNCTION, what)?;
    if path.is_ident("always") {
        return Ok(());
    }
    Err(Error::new_spanned(path, format!("`commit` takes {what}")))
}
