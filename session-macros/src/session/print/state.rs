//! The expansion of a session type: the struct with its derives, the lenses and the table of its
//! fields, the principal, the default.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

use super::derives::derive_attributes;
use super::field::{default_value, lens, table_entry};
use crate::root::Root;
use crate::session::model::{Field, SessionName, State};
use crate::spans::first_and_last_span;

impl ToTokens for State {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { root, session_name, item, derives, fields } = self;
        let name = self.name();
        let derive_attributes = derive_attributes(derives, *root);
        let names = name_items(session_name);
        let lenses = fields.iter().map(|field| lens(*root, field, name));
        let entries = fields.iter().map(|field| table_entry(*root, field));
        let (principal, method) = principal_items(*root, self.principal());
        let with_principal = with_principal_impl(self);
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
                impl #root::SessionState for #name {
                    #names
                    type Principal = #principal;
                    const FIELDS: &'static [#root::state::Field<Self>] = &[#(#entries),*];
                    #method
                }

                #with_principal
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

/// The principal's type, and the method that returns it.
fn principal_items(root: Root, principal: Option<&Field>) -> (TokenStream, TokenStream) {
    let Some(Field { ident, ty, .. }) = principal else {
        let method = quote! {
            fn principal(&self) -> ::core::option::Option<&Self::Principal> {
                ::core::option::Option::None
            }
        };
        return (quote!(#root::NoPrincipal), method);
    };
    // Everything has the span of the field's type, so that rustc reports an error in it once.
    let (first, last) = first_and_last_span(ty);
    let root = root.located_at(first);
    let field = quote_spanned!(first=> <#ty as #root::state::PrincipalField>);
    let principal = quote_spanned!(last=> ::Principal);
    let head = quote_spanned!(first=> fn principal(&self) -> ::core::option::Option);
    let returned = quote_spanned!(last=> <&Self::Principal>);
    let body = quote_spanned!(first=> { #field::principal(&self.#ident) });
    (quote!(#field #principal), quote!(#head #returned #body))
}

fn with_principal_impl(state: &State) -> Option<TokenStream> {
    let (root, name) = (state.root, state.name());
    state.principal().map(|Field { ident, ty, .. }| {
        quote! {
            #[automatically_derived]
            impl #root::WithPrincipal for #name {
                fn set_principal(&mut self, principal: Self::Principal) {
                    <#ty as #root::state::PrincipalField>::set_principal(&mut self.#ident, principal);
                }
            }
        }
    })
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
