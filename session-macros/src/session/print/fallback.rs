//! What `#[session]` writes after a mistake: the item, and enough around it that the rest of the
//! program sees a session type and has nothing to add.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Data, DeriveInput};

use crate::errors::Errors;
use crate::session::model::{Derives, ON_STRUCT};

/// An item with a mistake.
pub(crate) struct Shell {
    /// The item without our attributes.
    item: DeriveInput,
    derives: Derives,
}

impl Shell {
    pub(crate) fn new(args: TokenStream, mut item: DeriveInput) -> Self {
        item.attrs.retain(|attr| !attr.path().is_ident("session"));
        if let Data::Struct(data) = &mut item.data {
            for field in &mut data.fields {
                field.attrs.retain(|attr| !attr.path().is_ident("session"));
            }
        }
        let mut derives = Derives::of(&item.attrs);
        let (mut reported, mut options) = (Errors::default(), Vec::new());
        ON_STRUCT.parse(args, &mut options, &mut reported);
        for option in options {
            derives.exclude(option, &mut reported);
        }
        derives.write_default();
        Self { item, derives }
    }
}

impl ToTokens for Shell {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { item, derives } = self;
        if !matches!(item.data, Data::Struct(_)) || !item.generics.params.is_empty() {
            return item.to_tokens(tokens);
        }
        let name = &item.ident;
        let default = derives.default_is_written().then(|| {
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
            #derives
            #item

            const _: () = {
                #[automatically_derived]
                impl ::session_core::SessionState for #name {
                    type Principal = ::session_core::NoPrincipal;
                    const FIELDS: &'static [::session_core::__private::Field<Self>] = &[];
                    fn principal(&self) -> ::core::option::Option<&Self::Principal> {
                        ::core::option::Option::None
                    }
                }

                #[automatically_derived]
                impl ::session_core::WithPrincipal for #name {}

                #default
            };
        });
    }
}
