//! What `#[session]` writes.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt as _;

use crate::session::model::{Field, Role, State};
use crate::spans::first_and_last_span;

impl ToTokens for State {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { item, derives, fields } = self;
        let name = self.name();
        let lenses = fields.iter().map(|field| field.lens(name));
        let rows = fields.iter().map(Field::row);
        let (principal, method) = self.principal_items();
        let with_principal = self.with_principal();
        let default = self.default();
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
                    const FIELDS: &'static [::session_core::__private::Field<Self>] = &[#(#rows),*];
                    #method
                }

                #with_principal
                #default
            };
        });
    }
}

impl State {
    /// Whom the session belongs to: the type and the method.
    fn principal_items(&self) -> (TokenStream, TokenStream) {
        let Some(Field { ident, ty, .. }) = self.principal() else {
            let method = quote! {
                fn principal(&self) -> ::core::option::Option<&Self::Principal> {
                    ::core::option::Option::None
                }
            };
            return (quote!(::session_core::NoPrincipal), method);
        };
        // All of it stands at the field's type: what rustc has to say of that, it says once.
        let (first, last) = first_and_last_span(ty);
        let field = quote_spanned!(first=> <#ty as ::session_core::__private::PrincipalField>);
        let principal = quote_spanned!(last=> ::Principal);
        let head = quote_spanned!(first=> fn principal(&self) -> ::core::option::Option);
        let returned = quote_spanned!(last=> <&Self::Principal>);
        let body = quote_spanned!(first=> { #field::principal(&self.#ident) });
        (quote!(#field #principal), quote!(#head #returned #body))
    }

    fn with_principal(&self) -> Option<TokenStream> {
        let name = self.name();
        self.principal().map(|_| {
            quote! {
                #[automatically_derived]
                impl ::session_core::WithPrincipal for #name {}
            }
        })
    }

    fn default(&self) -> Option<TokenStream> {
        let name = self.name();
        let values = self.fields.iter().map(Field::initial);
        self.derives.default_is_written().then(|| {
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
}

impl Field {
    /// The type that reaches this field of the session type `state`.
    fn lens(&self, state: &Ident) -> TokenStream {
        let Self { ident, ty, cfgs, role, .. } = self;
        let lens = self.lens_name();
        let merge = match role {
            Role::Principal(_) => None,
            Role::Data { merge, .. } => Some(merge.method(ty)),
        };
        quote! {
            #(#cfgs)*
            struct #lens;

            #(#cfgs)*
            impl ::session_core::__private::Lens for #lens {
                type State = #state;
                type Value = #ty;
                fn get(__state: &Self::State) -> &Self::Value {
                    &__state.#ident
                }
                fn get_mut(__state: &mut Self::State) -> &mut Self::Value {
                    &mut __state.#ident
                }
                #merge
            }
        }
    }

    /// The field in the table of fields.
    fn row(&self) -> TokenStream {
        let Self { cfgs, name, aliases, role, .. } = self;
        let lens = self.lens_name();
        let alias = (!aliases.is_empty()).then(|| quote!(.alias(&[#(#aliases),*])));
        let role = match role {
            Role::Principal(_) => Some(quote!(.principal())),
            Role::Data { carry, .. } => carry.then(|| quote!(.carry())),
        };
        quote!(#(#cfgs)* ::session_core::__private::Field::of::<#lens>(#name) #alias #role)
    }

    /// The field in `Default::default`.
    fn initial(&self) -> TokenStream {
        let Self { ident, ty, cfgs, default, .. } = self;
        let value = if let Some(value) = default {
            value.to_token_stream()
        } else {
            let (first, last) = first_and_last_span(ty);
            let path = quote_spanned!(first=> ::core::default::Default);
            quote_spanned!(last=> <#ty as #path>::default())
        };
        quote!(#(#cfgs)* #ident: #value)
    }

    fn lens_name(&self) -> Ident {
        format_ident!("__{}", self.ident.unraw(), span = Span::mixed_site())
    }
}
