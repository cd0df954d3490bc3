//! Why a request has no page of its own, and the page that is shown instead.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::pages;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("there is no such {0}")]
    Missing(&'static str),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Missing(_) => pages::message(StatusCode::NOT_FOUND, "It is not there any more."),
            Self::Database(_) => {
                tracing::error!(error = &self as &dyn std::error::Error);
                let message = "Something went wrong here. Try again later.";
                pages::message(StatusCode::INTERNAL_SERVER_ERROR, message)
            }
        }
    }
}
