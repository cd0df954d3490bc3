//! The expansion of `#[require_session]`: tokens in, tokens out.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::Error;

use super::model::Handler;
use super::parse::Function;
use super::print::Fallback;

pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let function: Function = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let message = "`#[require_session]` goes on an async function: put it on each handler";
            let error = Error::new(error.span(), message).into_compile_error();
            return quote!(#error #item);
        }
    };
    match Handler::new(args, function.clone()) {
        Ok(handler) => handler.into_token_stream(),
        Err(error) => {
            let (error, fallback) = (error.into_compile_error(), Fallback::new(function));
            quote!(#error #fallback)
        }
    }
}
