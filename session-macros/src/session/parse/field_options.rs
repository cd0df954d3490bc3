//! What the `#[session(…)]` of a field says, and what it cannot say at once.

use syn::{Attribute, Error, Expr, Ident, LitStr, Meta};

use super::merge::Merge;
use crate::errors::Errors;
use crate::options::{KnownOptions, RawOption};

const ON_FIELD: KnownOptions = KnownOptions {
    attribute: "`#[session]` on a field",
    usages: &[
        ("principal", "principal"),
        ("merge", "merge = sum"),
        ("default", "default = …"),
        ("rename", "rename = \"…\""),
        ("alias", "alias = \"…\""),
        ("carry", "carry"),
    ],
    repeatable: &["alias"],
};

/// The options of a field; where one may contradict another, with the user's word.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) principal: Option<Ident>,
    pub(crate) merge: Option<(Ident, Merge)>,
    pub(crate) default: Option<(Ident, Expr)>,
    pub(crate) rename: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) carry: Option<Ident>,
}

impl Options {
    /// Takes the options away from `field`.
    pub(crate) fn take(field: &mut syn::Field, errors: &mut Errors) -> Self {
        let mut given = Vec::new();
        for attr in field.attrs.extract_if(.., |attr| attr.path().is_ident("session")) {
            match attr.meta {
                Meta::List(list) if !list.tokens.is_empty() => {
                    ON_FIELD.parse(list.tokens, &mut given, errors);
                }
                meta => {
                    let all = ON_FIELD.usages();
                    let message = format!("`#[session]` on a field needs an option: {all}");
                    errors.push(Error::new_spanned(meta, message));
                }
            }
        }
        let mut options = Self::default();
        for option in given {
            options.read(option, errors);
        }
        options
    }

    fn read(&mut self, option: RawOption, errors: &mut Errors) {
        let word = option.ident.clone();
        match option.name().as_str() {
            "principal" => self.principal = errors.handle(option.flag()).map(|()| word),
            "carry" => self.carry = errors.handle(option.flag()).map(|()| word),
            "rename" => self.rename = errors.handle(option.string(&ON_FIELD)),
            "alias" => self.aliases.extend(errors.handle(option.string(&ON_FIELD))),
            "default" => {
                self.default = errors.handle(option.expr(&ON_FIELD)).map(|value| (word, value));
            }
            _ => {
                let what =
                    "`sum`, `union`, `append`, `max`, `min`, `replace` or the path of a function";
                let path = errors.handle(option.path(&ON_FIELD, what));
                self.merge = path.map(|path| (word, Merge::from(path)));
            }
        }
    }

    /// Tells what contradicts the word `principal`.
    pub(crate) fn check(&self, cfgs: &[Attribute], errors: &mut Errors) {
        if self.principal.is_none() {
            return;
        }
        let merge = self.merge.as_ref().map(|(word, _)| word);
        let default = self.default.as_ref().map(|(word, _)| word);
        for (word, why) in [
            (merge, "a principal is replaced, never merged"),
            (default, "a fresh session belongs to nobody"),
            (self.carry.as_ref(), "a change of principal does not keep the old one"),
        ] {
            if let Some(word) = word {
                let message = format!("`{word}` contradicts `principal`: {why}");
                errors.push(Error::new(word.span(), message));
            }
        }
        if let Some(cfg) = cfgs.first() {
            let message = "`#[cfg]` contradicts `principal`: a session type has one or has none; \
                           put `#[cfg]` on two structs";
            errors.push(Error::new_spanned(cfg, message));
        }
    }
}
