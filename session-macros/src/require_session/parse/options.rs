//! The options of `#[require_session(…)]`.

use proc_macro2::TokenStream;
use syn::{Error, Expr, Ident, LitStr, Pat, Result, Type};

use super::values::{local_path, seconds};
use crate::errors::Errors;
use crate::options::{KnownOptions, RawOption};

const FUNCTION_OPTIONS: KnownOptions = KnownOptions {
    attribute: "`#[require_session]`",
    usages: &[
        ("existing", "existing"),
        ("authenticated", "authenticated"),
        ("fresh", "fresh = \"10m\""),
        ("or_redirect", "or_redirect = \"/login\""),
        ("allow", "allow = path::to::function"),
        ("state", "state = App"),
        ("background", "background"),
        ("commit", "commit = always"),
        ("cross_site", "cross_site"),
    ],
    repeatable: &[],
};

/// The options of a function, each with its name as written.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) existing: Option<Ident>,
    pub(crate) authenticated: Option<Ident>,
    /// The greatest age of the log-in, in seconds.
    pub(crate) fresh: Option<(Ident, u64)>,
    pub(crate) or_redirect: Option<(Ident, LitStr)>,
    /// The function that says whether a request may go on: a path, a call or a closure.
    pub(crate) allow: Option<(Ident, Expr)>,
    /// What that function gets of the application's state.
    pub(crate) state: Option<(Ident, Type)>,
    pub(crate) background: Option<Ident>,
    pub(crate) commit_always: Option<Ident>,
    pub(crate) cross_site: Option<Ident>,
}

impl Options {
    pub(crate) fn parse(args: TokenStream, errors: &mut Errors) -> Self {
        let (mut raw, mut options) = (Vec::new(), Self::default());
        let mut own_errors = Errors::default();
        FUNCTION_OPTIONS.parse(args, &mut raw, &mut own_errors);
        for option in raw {
            own_errors.handle(options.set(option));
        }
        // An option that is misspelt may be the one that is missing beside `or_redirect`.
        errors.handle(own_errors.finish_with(()).and_then(|()| {
            options.check_redirect()?;
            options.check_state()
        }));
        options
    }

    fn set(&mut self, option: RawOption) -> Result<()> {
        let ident = option.ident.clone();
        let name = option.name();
        match name.as_str() {
            "fresh" => self.fresh = Some((ident, seconds(&option.string(&FUNCTION_OPTIONS)?)?)),
            "or_redirect" => {
                self.or_redirect = Some((ident, local_path(option.string(&FUNCTION_OPTIONS)?)?));
            }
            "allow" => {
                self.allow = Some((ident, function(option.expr(&FUNCTION_OPTIONS)?)?));
            }
            "state" => {
                let expected = "the type of the application's state, or of a part of it";
                self.state = Some((ident, option.ty(&FUNCTION_OPTIONS, expected)?));
            }
            "commit" => {
                check_always(option)?;
                self.commit_always = Some(ident);
            }
            flag => {
                option.flag()?;
                let option = match flag {
                    "existing" => &mut self.existing,
                    "authenticated" => &mut self.authenticated,
                    "background" => &mut self.background,
                    _ => &mut self.cross_site,
                };
                *option = Some(ident);
            }
        }
        Ok(())
    }

    /// Refuses a redirect beside which nothing is required: no request would be redirected.
    fn check_redirect(&self) -> Result<()> {
        let Some((option, _)) = &self.or_redirect else { return Ok(()) };
        if self.existing.is_some() || self.authenticated.is_some() || self.fresh.is_some() {
            return Ok(());
        }
        let message = "`or_redirect` says where to go without a log-in, and this lets everybody in: \
                       add `authenticated`, `existing` or `fresh = \"…\"`";
        Err(Error::new(option.span(), message))
    }

    /// Refuses a state that nothing gets.
    fn check_state(&self) -> Result<()> {
        let Some((option, _)) = self.state.as_ref().filter(|_| self.allow.is_none()) else {
            return Ok(());
        };
        let message = "`state` is for the function of `allow`: add `allow = path::to::function`, or take \
                       `State` as an argument";
        Err(Error::new(option.span(), message))
    }
}

/// Refuses what cannot be called with a session.
fn function(expr: Expr) -> Result<Expr> {
    match expr {
        Expr::Closure(closure) => match closure.inputs.first() {
            Some(argument) if !matches!(argument, Pat::Type(_)) => {
                let message = "name the type of what this closure gets: `|shop: &Shop| …`, or `async |shop: &Shop, app: &App| …` beside `state = App`";
                Err(Error::new_spanned(argument, message))
            }
            _ => Ok(Expr::Closure(closure)),
        },
        Expr::Path(_) | Expr::Call(_) | Expr::MethodCall(_) => Ok(expr),
        other => {
            let message = "`allow` takes a function that says whether a session may go on: `allow = path::to::function`, \
                           or a call that makes one: `allow = may(\"edit\")`";
            Err(Error::new_spanned(other, message))
        }
    }
}

/// Refuses any value of `commit` but `always`.
fn check_always(commit: RawOption) -> Result<()> {
    let expected = "`always`; without it, an answer of 5xx discards the changes";
    let path = commit.path(&FUNCTION_OPTIONS, expected)?;
    if path.is_ident("always") {
        return Ok(());
    }
    Err(Error::new_spanned(path, format!("`commit` takes {expected}")))
}
