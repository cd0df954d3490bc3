//! What went wrong with a session outside of its request, as an answer to a request.

use std::fmt;

use axum_core::response::{IntoResponse, Response};
use session_core::{Error as ErrorKind, Refusal};

use crate::rejection::Rejection;

/// A session could not be read or changed. As the error of a handler it is an answer: the status of
/// its [kind](Self::kind), and one sentence that gives nothing of the inside away.
#[derive(Clone)]
pub struct Error(ErrorKind);

impl Error {
    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(kind)
    }
}

impl From<Error> for ErrorKind {
    fn from(error: Error) -> Self {
        error.0
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        error.0.into()
    }
}

/// So that an extractor of one's own may use `?` on what it does with the session.
impl From<Error> for Rejection {
    fn from(error: Error) -> Self {
        Refusal::from(error).into()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Rejection::from(Refusal::from(self)).into_response()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

#[cfg(test)]
mod tests {
    use axum_core::body::Body;
    use session_core::store::StoreError;

    use super::*;

    fn answer(kind: ErrorKind) -> (u16, Body) {
        let (parts, body) = Error::from(kind).into_response().into_parts();
        (parts.status.as_u16(), body)
    }

    #[tokio::test]
    async fn an_error_of_a_handler_is_an_answer_that_gives_nothing_away() {
        let failed = ErrorKind::from(StoreError::failed("at db.internal"));
        for (kind, status, text) in [
            (ErrorKind::Ended, 401, "the session is over\n"),
            (failed, 503, "the session is unavailable\n"),
            (ErrorKind::NotStored, 500, "the session is unavailable\n"),
        ] {
            let (answered, body) = answer(kind);
            assert_eq!(answered, status);
            let body = axum::body::to_bytes(body, 1000).await.unwrap();
            assert_eq!(body, text.as_bytes());
        }
    }
}
