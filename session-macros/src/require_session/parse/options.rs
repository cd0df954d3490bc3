//! What `#[require_session(…)]` asks of the session before the function runs.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Error, Ident, LitStr, Path, Result};

use super::values::{path, seconds};
use crate::errors::Errors;
use crate::options::{KnownOptions, RawOption};

const ON_FUNCTION: KnownOptions = KnownOptions {
    attribute: "`#[require_session]`",
    usages: &[
        ("existing", "existing"),
        ("authenticated", "authenticated"),
        ("fresh", "fresh = \"10m\""),
        ("or_redirect", "or_redirect = \"/login\""),
        ("allow", "allow = path::to::function"),
        ("background", "background"),
        ("commit", "commit = always"),
        ("cross_site", "cross_site"),
    ],
    repeatable: &[],
};

/// The options, each with the word that the user wrote.
#[derive(Default)]
pub(crate) struct Requirements {
    existing: Option<Ident>,
    authenticated: Option<Ident>,
    fresh: Option<(Ident, u64)>,
    pub(crate) or_redirect: Option<(Ident, LitStr)>,
    pub(crate) allow: Option<(Ident, Path)>,
    background: Option<Ident>,
    commit_always: Option<Ident>,
    cross_site: Option<Ident>,
}

impl Requirements {
    pub(crate) fn read(args: TokenStream, errors: &mut Errors) -> Self {
        let (mut given, mut requirements) = (Vec::new(), Self::default());
        let mut mistakes = Errors::default();
        ON_FUNCTION.parse(args, &mut given, &mut mistakes);
        for option in given {
            mistakes.handle(requirements.take(option));
        }
        if let Err(error) = mistakes.finish_with(()) {
            errors.push(error);
        } else if let Some(error) = requirements.aimless() {
            errors.push(error);
        }
        requirements
    }

    fn take(&mut self, option: RawOption) -> Result<()> {
        let name = option.ident.clone();
        let word = option.name();
        match word.as_str() {
            "fresh" => self.fresh = Some((name, seconds(&option.string(&ON_FUNCTION)?)?)),
            "or_redirect" => self.or_redirect = Some((name, path(option.string(&ON_FUNCTION)?)?)),
            "allow" => {
                let what = "the path of a function that says whether a session may go on";
                self.allow = Some((name, option.path(&ON_FUNCTION, what)?));
            }
            "commit" => self.commit_always = always(option).map(|()| Some(name))?,
            flag => {
                option.flag()?;
                let slot = match flag {
                    "existing" => &mut self.existing,
                    "authenticated" => &mut self.authenticated,
                    "background" => &mut self.background,
                    _ => &mut self.cross_site,
                };
                *slot = Some(name);
            }
        }
        Ok(())
    }

    /// What is wrong with a redirect that nothing would lead to.
    fn aimless(&self) -> Option<Error> {
        let (word, _) = self.or_redirect.as_ref()?;
        let lets_all_in =
            self.existing.is_none() && self.authenticated.is_none() && self.fresh.is_none();
        let message = "`or_redirect` says where to go without a log-in, and this lets everybody in: \
                       add `authenticated`, `existing` or `fresh = \"…\"`";
        lets_all_in.then(|| Error::new(word.span(), message))
    }

    /// What the first session argument requires, as one type; `own` is the handler's own.
    pub(crate) fn of_first(&self, own: &Ident) -> Option<TokenStream> {
        let existing = self.existing.as_ref().map(|word| marker(word, "Existing"));
        let authenticated = self.authenticated.as_ref().map(|word| marker(word, "Authenticated"));
        let fresh = self.fresh.as_ref().map(|(word, seconds)| {
            let marker = marker(word, "Fresh");
            quote!(#marker<#seconds>)
        });
        let with_own = |word: &Ident, name| {
            let marker = marker(word, name);
            quote!(#marker<#own>)
        };
        let redirects = self.or_redirect.as_ref().map(|(word, _)| with_own(word, "Redirects"));
        let allows = self.allow.as_ref().map(|(word, _)| with_own(word, "Allows"));
        pairs([existing, authenticated, fresh, redirects, allows, self.of_others()])
    }

    /// What every further session argument requires: not who has a session, but what becomes of
    /// the request.
    pub(crate) fn of_others(&self) -> Option<TokenStream> {
        let background = self.background.as_ref().map(|word| marker(word, "Background"));
        let commit_always = self.commit_always.as_ref().map(|word| marker(word, "CommitAlways"));
        let cross_site = self.cross_site.as_ref().map(|word| marker(word, "CrossSite"));
        pairs([background, commit_always, cross_site])
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

fn always(option: RawOption) -> Result<()> {
    let what = "`always`; without it, an answer of 5xx discards the changes";
    let path = option.path(&ON_FUNCTION, what)?;
    if path.is_ident("always") {
        return Ok(());
    }
    Err(Error::new_spanned(path, format!("`commit` takes {what}")))
}
