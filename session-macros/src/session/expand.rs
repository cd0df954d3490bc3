//! The expansion of `#[session]`: tokens in, tokens out.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{DeriveInput, Error};

use super::model::State;
use super::print::Fallback;
use crate::root::Root;

pub(crate) fn expand(root: Root, args: TokenStream, item: &TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item.clone()) {
        Ok(input) => input,
        Err(error) => {
            let message = "`#[session]` goes on a struct with named fields";
            let error = Error::new(error.span(), message).into_compile_error();
            return quote!(#error #item);
        }
    };
    match State::new(root, args.clone(), input.clone()) {
        Ok(state) => state.into_token_stream(),
        Err(error) => {
            let error = error.into_compile_error();
            let fallback = Fallback::new(root, args, input);
            quote!(#error #fallback)
        }
    }
}
