//! Why a handler has no page to show, and the page that is shown instead.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::pages;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// One sentence for whoever asked.
    #[error("{1}")]
    Told(StatusCode, &'static str),
    #[error("the sessions failed")]
    Sessions(#[from] session_axum::Error),
}

impl Failure {
    pub(crate) const NO_PRODUCT: Self =
        Self::Told(StatusCode::NOT_FOUND, "There is no such product.");
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Told(status, sentence) => pages::message(status, sentence),
            Self::Sessions(error) => {
                tracing::error!(error = &error as &dyn std::error::Error);
                let sentence = "The sessions cannot be reached. Try again later.";
                pages::message(StatusCode::SERVICE_UNAVAILABLE, sentence)
            }
        }
    }
}
