//! One field of a session type.

use syn::ext::IdentExt as _;
use syn::{Attribute, Expr, Ident, LitStr, Type};

use crate::errors::Errors;
use crate::session::parse::{FieldOptions, Merge};

/// A field of a session.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    /// The conditions under which the field is there at all.
    pub(crate) cfgs: Vec<Attribute>,
    /// The name under which it is stored.
    pub(crate) name: LitStr,
    /// Further names under which it is read.
    pub(crate) aliases: Vec<LitStr>,
    /// Its value in a fresh session, unless that is its type's `Default`.
    pub(crate) default: Option<Expr>,
    pub(crate) role: Role,
}

/// The part of a field in its session.
pub(crate) enum Role {
    /// It says whom the session belongs to. The option `principal`, as written.
    Principal(Ident),
    /// It is data of the session.
    Data { merge: Merge, carry: bool },
}

impl Field {
    /// Parses the options of `field` and removes them from it.
    pub(super) fn new(field: &mut syn::Field, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.clone()?;
        let options = FieldOptions::take(field, errors);
        let cfgs: Vec<_> =
            field.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect();
        options.check(&cfgs, errors);

        let role = match options.principal {
            Some(option) => Role::Principal(option),
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

    /// All names under which the field may be stored.
    pub(super) fn names(&self) -> impl Iterator<Item = &LitStr> {
        std::iter::once(&self.name).chain(&self.aliases)
    }
}
