//! The options of `#[session(…)]` on a field, and those that contradict each other.

use syn::{Attribute, Error, Expr, Ident, LitStr, Meta, Result};

use super::merge::Merge;
use crate::duration;
use crate::errors::Errors;
use crate::options::{KnownOptions, RawOption};
use crate::self_type::with_self_named;

const FIELD_OPTIONS: KnownOptions = KnownOptions {
    attribute: "`#[session]` on a field",
    usages: &[
        ("principal", "principal"),
        ("merge", "merge = sum"),
        ("default", "default = …"),
        ("rename", "rename = \"…\""),
        ("alias", "alias = \"…\""),
        ("carry", "carry"),
        ("flatten", "flatten"),
        ("opaque", "opaque"),
        ("ttl", "ttl = \"10m\""),
    ],
    repeatable: &["alias"],
};

/// The options of a field. An option that may contradict another comes with its name as written.
#[derive(Default)]
pub(crate) struct FieldOptions {
    pub(crate) principal: Option<Ident>,
    pub(crate) merge: Option<(Ident, Merge)>,
    pub(crate) default: Option<(Ident, Expr)>,
    pub(crate) rename: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) carry: Option<Ident>,
    pub(crate) flatten: Option<Ident>,
    pub(crate) opaque: Option<Ident>,
    /// In seconds.
    pub(crate) ttl: Option<(Ident, u64)>,
}

impl FieldOptions {
    /// Removes the options from `field` in the struct `state`, and parses them.
    pub(crate) fn take(field: &mut syn::Field, state: &Ident, errors: &mut Errors) -> Self {
        let mut raw = Vec::new();
        for attr in field.attrs.extract_if(.., |attr| attr.path().is_ident("session")) {
            match attr.meta {
                Meta::List(list) if !list.tokens.is_empty() => {
                    FIELD_OPTIONS.parse(list.tokens, &mut raw, errors);
                }
                meta => {
                    let usages = FIELD_OPTIONS.usages();
                    let message = format!("`#[session]` on a field needs an option: {usages}");
                    errors.push(Error::new_spanned(meta, message));
                }
            }
        }
        let mut options = Self::default();
        for option in raw {
            options.set(option, errors);
        }
        // A function of the session type's own is called in another impl.
        if let Some((_, Merge::Function(path))) = &mut options.merge
            && let Some(named) = errors.handle(with_self_named(path, state))
        {
            *path = named;
        }
        options
    }

    fn set(&mut self, option: RawOption, errors: &mut Errors) {
        let ident = option.ident.clone();
        match option.name().as_str() {
            "principal" => self.principal = errors.handle(option.flag()).map(|()| ident),
            "flatten" => self.flatten = errors.handle(option.flag()).map(|()| ident),
            "opaque" => self.opaque = errors.handle(option.flag()).map(|()| ident),
            "carry" => self.carry = errors.handle(option.flag()).map(|()| ident),
            "rename" => self.rename = errors.handle(option.string(&FIELD_OPTIONS)),
            "alias" => self.aliases.extend(errors.handle(option.string(&FIELD_OPTIONS))),
            "ttl" => {
                let seconds = option.string(&FIELD_OPTIONS).and_then(|value| ttl(&value));
                self.ttl = errors.handle(seconds).map(|seconds| (ident, seconds));
            }
            "default" => {
                self.default =
                    errors.handle(option.expr(&FIELD_OPTIONS)).map(|value| (ident, value));
            }
            _ => {
                let expected =
                    "`sum`, `union`, `append`, `max`, `min`, `replace` or the path of a function";
                let path = errors.handle(option.path(&FIELD_OPTIONS, expected));
                self.merge = path.map(|path| (ident, Merge::from(path)));
            }
        }
    }

    /// Refuses options that contradict each other.
    pub(crate) fn check(&self, cfgs: &[Attribute], errors: &mut Errors) {
        let merge = self.merge.as_ref().map(|(ident, _)| ident);
        let default = self.default.as_ref().map(|(ident, _)| ident);
        let (carry, opaque) = (self.carry.as_ref(), self.opaque.as_ref());
        let ttl = self.ttl.as_ref().map(|(ident, _)| ident);
        if self.flatten.is_some() {
            let reason = "the fields of the part have options of their own";
            let others = [self.principal.as_ref(), merge, default, carry, opaque, ttl];
            for option in others.into_iter().flatten() {
                let message = format!("`{option}` contradicts `flatten`: {reason}");
                errors.push(Error::new(option.span(), message));
            }
            for alias in &self.aliases {
                let message = format!("`alias` contradicts `flatten`: {reason}");
                errors.push(Error::new(alias.span(), message));
            }
            if let Some(cfg) = cfgs.first() {
                let message = "`#[cfg]` contradicts `flatten`: a session type has a part or has not; \
                               put `#[cfg]` on two structs";
                errors.push(Error::new_spanned(cfg, message));
            }
        } else if self.principal.is_some() {
            for (option, reason) in [
                (merge, "a principal is replaced, never merged"),
                (default, "a fresh session belongs to nobody"),
                (carry, "a change of principal does not keep the old one"),
                (opaque, "principals are compared"),
                (ttl, "a principal is logged out, by `Lifetime` or a handler"),
            ] {
                if let Some(option) = option {
                    let message = format!("`{option}` contradicts `principal`: {reason}");
                    errors.push(Error::new(option.span(), message));
                }
            }
            if let Some(cfg) = cfgs.first() {
                let message = "`#[cfg]` contradicts `principal`: a session type has one or has none; \
                               put `#[cfg]` on two structs";
                errors.push(Error::new_spanned(cfg, message));
            }
        }
    }
}

/// The seconds after which a field has its default again.
fn ttl(value: &LitStr) -> Result<u64> {
    const MAX_SECONDS: u64 = 400 * 24 * 60 * 60;
    duration::seconds(&value.value()).filter(|seconds| *seconds <= MAX_SECONDS).ok_or_else(|| {
        let message = "`ttl` takes a span from a second to 400 days, a number and `s`, `m`, `h` or `d`: \
                       write `ttl = \"10m\"`";
        Error::new(value.span(), message)
    })
}
