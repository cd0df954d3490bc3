//! The expansion of `#[session]` after an error: the item, and a session type of its name without
//! fields, so that the rest of the program causes no further errors.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Data, DeriveInput, Meta};

use super::derives::derive_attributes;
use super::state::name_items;
use crate::conditions::conditional;
use crate::errors::Errors;
use crate::root::Root;
use crate::session::model::{Derives, SessionName};
use crate::session::parse::StructOptions;

/// An item that cannot be a session type.
pub(crate) struct Fallback {
    root: Root,
    /// The item without our attributes.
    item: DeriveInput,
    derives: Derives,
}

impl Fallback {
    pub(crate) fn new(root: Root, args: TokenStream, mut item: DeriveInput) -> Self {
        item.attrs.retain(|attr| !attr.path().is_ident("session"));
        if let Data::Struct(data) = &mut item.data {
            for field in &mut data.fields {
                field.attrs.retain(|attr| !has_options(&attr.meta));
            }
        }
        // The model has reported these errors.
        let mut reported = Errors::default();
        let options = StructOptions::parse(args, &mut reported);
        let mut derives = Derives::new(&item.attrs, options.manual, &mut reported);
        derives.write_default();
        Self { root, item, derives }
    }
}

impl ToTokens for Fallback {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { root, item, derives } = self;
        if !matches!(item.data, Data::Struct(_)) || !item.generics.params.is_empty() {
            return item.to_tokens(tokens);
        }
        let name = &item.ident;
        let derive_attributes = derive_attributes(derives, *root);
        let names =
            name_items(&SessionName { name: SessionName::default_name(name), aliases: Vec::new() });
        let default = derives.writes_default().then(|| {
            quote! {
                #[automatically_derived]
                impl ::core::default::Default for #name {
                    fn default() -> Self {
                        ::core::unreachable!()
                    }
                }
            }
        });
        tokens.extend(quote! {
            #derive_attributes
            #item

            const _: () = {
                #[automatically_derived]
                impl #root::state::HasFields for #name {
                    const STORED_NAMES: &'static [#root::state::StoredName] = &[];
                    fn table() -> &'static #root::state::Table<Self> {
                        ::core::unreachable!()
                    }
                }

                #[automatically_derived]
                impl #root::SessionState for #name {
                    #names
                    type Ownership = #root::state::Owned<Self::Principal>;
                    type Principal = #root::NoPrincipal;
                    fn principal(&self) -> ::core::option::Option<&Self::Principal> {
                        ::core::option::Option::None
                    }
                    fn set_principal(&mut self, __principal: Self::Principal) {
                        match __principal {}
                    }
                }

                #default
            };
        });
    }
}

/// Whether an attribute has options of a field in it, as it should or in a `#[cfg_attr]`.
fn has_options(attribute: &Meta) -> bool {
    attribute.path().is_ident("session") || conditional(attribute).iter().any(has_options)
}
