//! The arguments of the handler that axum calls, and of the call of the user's function in it.
//!
//! What is printed for a session has the span of the user's type, so that rustc reports an error
//! there.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::require_session::model::{Access, Argument, ExtractorArgument, SessionArgument};
use crate::spans::first_and_last_span;

/// The guard that the handler takes in the place of a session.
pub(super) fn guard_parameter(
    session: &SessionArgument,
    requirements: Option<&TokenStream>,
) -> TokenStream {
    let SessionArgument { name, ty, access } = session;
    let (first, last) = first_and_last_span(ty);
    let mutability = matches!(access, Access::Write).then(|| quote!(mut));
    let requirements = requirements.map(|requirements| quote!(, #requirements));
    let guard = quote_spanned!(first=> ::session_core::__private::Guard);
    let close = quote_spanned!(last=> >);
    quote!(#mutability #name: #guard<#ty #requirements #close)
}

/// The extractor that the handler takes as the user wrote it.
pub(super) fn extractor_parameter(extractor: &ExtractorArgument) -> TokenStream {
    let ExtractorArgument { cfgs, name, ty } = extractor;
    quote!(#(#cfgs)* #name: #ty)
}

/// The argument in the call of the user's function.
pub(super) fn call_argument(argument: &Argument) -> TokenStream {
    match argument {
        Argument::Extractor(ExtractorArgument { cfgs, name, .. }) => quote!(#(#cfgs)* #name),
        Argument::Session(session) => borrow(session),
    }
}

/// The reference to the session that is in a guard.
fn borrow(session: &SessionArgument) -> TokenStream {
    let SessionArgument { name, ty, access } = session;
    let (first, _) = first_and_last_span(ty);
    match access {
        Access::Read => quote_spanned!(first=> ::session_core::__private::Guard::read(&#name)),
        Access::Write => {
            quote_spanned!(first=> ::session_core::__private::Guard::write(&mut #name))
        }
    }
}

/// The end of a session: the guard is given the response, and returns it after the save.
pub(super) fn finish(session: &SessionArgument, response: &TokenStream) -> TokenStream {
    let SessionArgument { name, ty, .. } = session;
    let (first, _) = first_and_last_span(ty);
    quote_spanned!(first=> ::session_core::__private::Guard::finish(#name, #response).await)
}

/// The type of the state in a session.
pub(super) fn state_type(session: &SessionArgument) -> TokenStream {
    let ty = &session.ty;
    quote!(<#ty as ::session_core::__private::Argument>::State)
}
