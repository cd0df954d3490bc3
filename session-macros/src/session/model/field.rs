//! One field of a session type.

use syn::ext::IdentExt as _;
use syn::{Attribute, Expr, Ident, LitStr, Type};

use crate::errors::Errors;
use crate::session::parse::{Merge, Options};

/// A field of a session.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    /// The conditions under which the field is there at all.
    pub(crate) cfgs: Vec<Attribute>,
    /// The name under which it is stored.
    pub(crate) name: LitStr,
    /// The names under which it is also read.
    pub(crate) aliases: Vec<LitStr>,
    /// What it is in a fresh session, where its type's `Default` is not meant.
    pub(crate) default: Option<Expr>,
    pub(crate) role: Role,
}

/// What a field is to its session.
pub(crate) enum Role {
    /// It says whom the session belongs to; the word of the option.
    Principal(Ident),
    /// It is the session's data.
    Data { merge: Merge, carry: bool },
}

impl Field {
    /// Reads the options of `field` and takes them away from it.
    pub(crate) fn new(field: &mut syn::Field, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.clone()?;
        let options = Options::take(field, errors);
        let cfgs: Vec<_> =
            field.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect();
        options.check(&cfgs, errors);

        let role = match options.principal {
            Some(word) => Role::Principal(word),
            None => Role::Data {
                merge: options.merge.map_or(Merge::Replace, |(_, merge)| merge),
                carry: options.carry.is_some(),
            },
        };
        let name = LitStr::new(&ident.unraw().to_string(), ident.span());
        Some(Self {
            ident,
            ty: field.ty.clone(),
            cfgs,
            name: options.rename.unwrap_or(name),
            aliases: options.aliases,
            default: options.default.map(|(_, value)| value),
            role,
        })
    }

    /// All names under which the field may lie in the store.
    pub(crate) fn names(&self) -> impl Iterator<Item = &LitStr> {
        std::iter::once(&self.name).chain(&self.aliases)
    }
}
