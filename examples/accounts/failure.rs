//! Why a handler has no page to show, and the page that is shown instead.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::pages;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The form again, with what is wrong about it.
    #[error("the form was not filled in right")]
    Form(StatusCode, Html<String>),
    /// One sentence for whoever asked.
    #[error("{1}")]
    Told(StatusCode, &'static str),
    #[error("the sessions failed")]
    Sessions(#[from] session_axum::Error),
    #[error("the users failed")]
    Users(#[from] sqlx::Error),
    #[error("the provider failed")]
    Provider(#[from] reqwest::Error),
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::Form(status, page) => return (status, page).into_response(),
            Self::Told(status, message) => (status, message),
            // As the guards answer it.
            Self::Sessions(error) => return pages::refused(&error.into()).into_response(),
            Self::Users(_) => {
                tracing::error!(error = &self as &dyn std::error::Error);
                (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here. Try again later.")
            }
            Self::Provider(_) => {
                tracing::error!(error = &self as &dyn std::error::Error);
                (StatusCode::BAD_GATEWAY, "Example ID did not answer as it should.")
            }
        };
        pages::message(status, message).into_response()
    }
}
