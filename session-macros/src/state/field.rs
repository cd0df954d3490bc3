//! One field of a session type, and what its `#[session(…)]` says of it.

use syn::{Attribute, Error, Expr, Ident, LitStr, Meta, Type};
use syn::ext::IdentExt as _;

use super::merge::Merge;
use crate::errors::Errors;
use crate::options::{Given, Known};

/// What `#[session(…)]` takes on a field.
pub(super) const ON_FIELD: Known = Known {
    place: "`#[session]` on a field",
    options: &[
        ("principal", "principal"),
        ("merge", "merge = sum"),
        ("default", "default = …"),
        ("rename", "rename = \"…\""),
        ("alias", "alias = \"…\""),
        ("carry", "carry"),
    ],
    repeatable: &["alias"],
};

/// A field of a session.
pub(super) struct Field {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    /// The conditions under which the field is there at all.
    pub(super) cfgs: Vec<Attribute>,
    /// The name under which it is stored.
    pub(super) name: LitStr,
    /// The names under which it is also read.
    pub(super) aliases: Vec<LitStr>,
    /// What the user gave for its default: the option and the value.
    pub(super) default: Option<(Ident, Expr)>,
    pub(super) role: Role,
}

/// What a field is to its session.
pub(super) enum Role {
    /// It says whom the session belongs to; the word of the option.
    Principal(Ident),
    /// It is the session's data.
    Data { merge: Merge, carry: bool },
}

impl Field {
    /// Reads the options of `field` and takes them away from it.
    pub(super) fn new(field: &mut syn::Field, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.clone()?;
        let options = take_options(field, errors);
        let cfgs: Vec<_> =
            field.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect();

        let mut name = LitStr::new(&ident.unraw().to_string(), ident.span());
        let (mut aliases, mut default, mut merge) = (Vec::new(), None, None);
        let (mut principal, mut carry) = (None, None);
        for option in options {
            let word = option.name.clone();
            match option.word().as_str() {
                "principal" => principal = errors.keep(option.flag()).map(|()| word),
                "carry" => carry = errors.keep(option.flag()).map(|()| word),
                "rename" => name = errors.keep(option.string(&ON_FIELD)).unwrap_or(name),
                "alias" => aliases.extend(errors.keep(option.string(&ON_FIELD))),
                "default" => {
                    default = errors.keep(option.expr(&ON_FIELD)).map(|value| (word, value));
                }
                _ => {
                    let what = "`sum`, `union`, `append`, `max`, `min`, `replace` or the path of a function";
                    let path = errors.keep(option.path(&ON_FIELD, what));
                    merge = path.map(|path| (word, Merge::from(path)));
                }
            }
        }

        let role = match principal {
            Some(word) => {
                let contradictions = [
                    merge.map(|(word, _)| (word, "a principal is replaced, never merged")),
                    default.as_ref().map(|(word, _)| {
                        (word.clone(), "a fresh session belongs to nobody")
                    }),
                    carry.map(|word| (word, "a change of principal does not keep the old one")),
                    cfgs.first().map(|_| {
                        (word.clone(), "a session either has a principal or not: put `#[cfg]` on two structs")
                    }),
                ];
                for (word, why) in contradictions.into_iter().flatten() {
                    let message = format!("`{word}` contradicts `principal`: {why}");
                    errors.push(Error::new(word.span(), message));
                }
                Role::Principal(word)
            }
            None => Role::Data {
                merge: merge.map_or(Merge::Replace, |(_, merge)| merge),
                carry: carry.is_some(),
            },
        };
        Some(Self { ident, ty: field.ty.clone(), cfgs, name, aliases, default, role })
    }

    /// All names under which the field may lie in the store.
    pub(super) fn names(&self) -> impl Iterator<Item = &LitStr> {
        std::iter::once(&self.name).chain(&self.aliases)
    }
}

fn take_options(field: &mut syn::Field, errors: &mut Errors) -> Vec<Given> {
    let mut options = Vec::new();
    for attr in field.attrs.extract_if(.., |attr| attr.path().is_ident("session")) {
        match attr.meta {
            Meta::List(list) if !list.tokens.is_empty() => {
                ON_FIELD.read(list.tokens, &mut options, errors);
            }
            meta => {
                let message = format!("`#[session]` on a field needs an option: {}", ON_FIELD.all());
                errors.push(Error::new_spanned(meta, message));
            }
        }
    }
    options
}
