//! The expansion of a session type: the struct with its derives, the lenses and the table of its
//! fields, the principal, the default.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

use super::field::{default_value, lens, table_entry};
use crate::session::model::{Field, State};
use crate::spans::first_and_last_span;

impl ToTokens for State {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { item, derives, fields } = self;
        let name = self.name();
        let lenses = fields.iter().map(|field| lens(field, name));
        let entries = fields.iter().map(table_entry);
        let (principal, method) = principal_items(self.principal());
        let with_principal = with_principal_impl(self);
        let default = default_impl(self);
        let cfgs = item.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
        tokens.extend(quote! {
            #derives
            #item

            #(#cfgs)*
            #[allow(deprecated, non_camel_case_types)]
            const _: () = {
                #(#lenses)*

                #[automatically_derived]
                impl ::session_core::SessionState for #name {
                    type Principal = #principal;
                    const FIELDS: &'static [::session_core::__private::Field<Self>] = &[#(#entries),*];
                    #method
                }

                #with_principal
                #default
            };
        });
    }
}

/// The principal's type, and the method that returns it.
fn principal_items(principal: Option<&Field>) -> (TokenStream, TokenStream) {
    let Some(Field { ident, ty, .. }) = principal else {
        let method = quote! {
            fn principal(&self) -> ::core::option::Option<&Self::Principal> {
                ::core::option::Option::None
            }
        };
        return (quote!(::session_core::NoPrincipal), method);
    };
    // Everything has the span of the field's type, so that rustc reports an error in it once.
    let (first, last) = first_and_last_span(ty);
    let field = quote_spanned!(first=> <#ty as ::session_core::__private::PrincipalField>);
    let principal = quote_spanned!(last=> ::Principal);
    let head = quote_spanned!(first=> fn principal(&self) -> ::core::option::Option);
    let returned = quote_spanned!(last=> <&Self::Principal>);
    let body = quote_spanned!(first=> { #field::principal(&self.#ident) });
    (quote!(#field #principal), quote!(#head #returned #body))
}

fn with_principal_impl(state: &State) -> Option<TokenStream> {
    let name = state.name();
    state.principal().map(|_| {
        quote! {
            #[automatically_derived]
            impl ::session_core::WithPrincipal for #name {}
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
