//! A session type: every value of the model is valid and can be printed.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{Data, DeriveInput, Error, Fields, Ident, Item, ItemStruct, Result};

use super::derives::Derives;
use super::field::{Field, Role};
use super::session_name::SessionName;
use super::stored_names::check_stored_names;
use crate::errors::Errors;
use crate::fresh_names::FreshNames;
use crate::root::Root;
use crate::session::parse::StructOptions;

/// A struct with at least one field, all named, of which at most one is the principal.
pub(crate) struct State {
    pub(crate) root: Root,
    /// The names under which the type is known to stores.
    pub(crate) session_name: SessionName,
    /// The struct without the `#[session(…)]` of its fields.
    pub(crate) item: ItemStruct,
    pub(crate) derives: Derives,
    pub(crate) fields: Vec<Field>,
}

impl State {
    pub(crate) fn new(root: Root, args: TokenStream, input: DeriveInput) -> Result<Self> {
        let mut errors = Errors::default();
        let options = StructOptions::parse(args, &mut errors);
        let session_name =
            SessionName::new(&input.ident, options.name, options.aliases, &mut errors);
        for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("session")) {
            let message = "`#[session]` is given twice: write one, with all options";
            errors.push(Error::new_spanned(attr, message));
        }
        if !input.generics.params.is_empty() {
            let message = "a session type cannot be generic: what is stored is of one type; \
                           write the struct for the type that you mean";
            errors.push(Error::new_spanned(&input.generics, message));
        }
        let mut derives = Derives::new(&input.attrs, options.manual, &mut errors);
        let names = FreshNames::beside(input.to_token_stream());
        let mut item = match named_struct(input) {
            Ok(item) => item,
            Err(error) => return Err(errors.combine(error)),
        };
        derives.check_serde(&item, &mut errors);
        let state = item.ident.clone();
        let fields = item.fields.iter_mut();
        let fields: Vec<_> =
            fields.filter_map(|field| Field::new(field, &state, &names, &mut errors)).collect();
        check_principal(&fields, &mut errors);
        check_stored_names(&fields, &mut errors);
        if fields.iter().any(|field| matches!(field.role, Role::Data { opaque: true, .. })) {
            derives.omit_partial_eq();
        }
        if fields.iter().any(|field| field.default.is_some()) {
            errors.handle(derives.check_default());
            derives.write_default();
        }
        errors.finish_with(Self { root, session_name, item, derives, fields })
    }

    pub(crate) fn name(&self) -> &Ident {
        &self.item.ident
    }

    pub(crate) fn principal(&self) -> Option<&Field> {
        self.fields.iter().find(|field| matches!(field.role, Role::Principal(_)))
    }
}

/// `input` as a struct with named fields.
fn named_struct(input: DeriveInput) -> Result<ItemStruct> {
    const EXPECTED: &str = "`#[session]` goes on a struct with named fields";
    let data = match &input.data {
        Data::Struct(data) => data,
        Data::Enum(data) => {
            let message = format!("{EXPECTED}: an enum can be the type of one of them");
            return Err(Error::new_spanned(data.enum_token, message));
        }
        Data::Union(data) => return Err(Error::new_spanned(data.union_token, EXPECTED)),
    };
    match &data.fields {
        Fields::Named(fields) if !fields.named.is_empty() => match Item::from(input) {
            Item::Struct(item) => Ok(item),
            other => Err(Error::new_spanned(other, EXPECTED)),
        },
        Fields::Unnamed(fields) => {
            let message = format!("{EXPECTED}: each is stored under its name");
            Err(Error::new_spanned(fields, message))
        }
        Fields::Named(_) | Fields::Unit => {
            let message = format!("there is nothing to keep in `{}`: give it a field", input.ident);
            Err(Error::new_spanned(&input.ident, message))
        }
    }
}

/// Refuses a second principal.
fn check_principal(fields: &[Field], errors: &mut Errors) {
    let mut principals = fields.iter().filter_map(|field| match &field.role {
        Role::Principal(option) => Some((&field.ident, option)),
        Role::Data { .. } | Role::Part => None,
    });
    let Some((first, _)) = principals.next() else { return };
    for (_, option) in principals {
        let message = format!(
            "a session belongs to one principal, and `{first}` is it: \
             put both into one type, or remove one `principal`"
        );
        errors.push(Error::new(option.span(), message));
    }
}
