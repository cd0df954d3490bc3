//! The expansion of a session type: the struct with its derives, the lenses and the table of its
//! fields, the default.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::derives::derive_attributes;
use super::field::{default_value, lens, name_checks, stored_names, table_entry};
use super::principal::principal_items;
use crate::session::model::{SessionName, State};

impl ToTokens for State {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { root, session_name, item, derives, fields } = self;
        let name = self.name();
        let derive_attributes = derive_attributes(derives, *root);
        let names = name_items(session_name);
        let lenses = fields.iter().map(|field| lens(*root, field, name));
        let entries = fields.iter().map(|field| table_entry(*root, field));
        let stored_names = fields.iter().map(|field| stored_names(*root, field));
        let parts = fields.iter().filter(|field| field.is_part());
        let name_checks = parts.map(|part| name_checks(*root, part, fields));
        let principal = principal_items(self);
        let default = default_impl(self);
        let cfgs = item.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
        tokens.extend(quote! {
            #derive_attributes
            #item

            #(#cfgs)*
            #[allow(deprecated, non_camel_case_types)]
            const _: () = {
                #(#lenses)*

                #[automatically_derived]
                impl #root::state::HasFields for #name {
                    const STORED_NAMES: &'static [#root::state::StoredName] = &[#(#stored_names),*];
                    fn table() -> &'static #root::state::Table<Self> {
                        static TABLE: #root::state::Table<#name> =
                            #root::state::Table::new(&[#(#entries),*]);
                        &TABLE
                    }
                }

                #[automatically_derived]
                impl #root::SessionState for #name {
                    #names
                    #principal
                }

                #(#name_checks)*
                #default
            };
        });
    }
}

/// The constants with the names of the session type.
pub(super) fn name_items(names: &SessionName) -> TokenStream {
    let SessionName { name, aliases } = names;
    quote! {
        const NAME: &'static str = #name;
        const ALIASES: &'static [&'static str] = &[#(#aliases),*];
    }
}

fn default_impl(state: &State) -> Option<TokenStream> {
    let name = state.name();
    let values = state.fields.iter().map(default_value);
    state.derives.writes_default().then(|| {
        quote! {
            #[automatically_derived]
            impl ::core::default::Default for #name {
                fn default() -> Self {
                    Self { #(#values),* }
                }
            }
        }
    })
}
