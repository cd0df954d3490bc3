//! A call: a statement that a caller waits for.

use session_core::store::batch;

use crate::postgres::sql::Statement;

/// A statement that a caller waits for.
pub(crate) type Call<S> = batch::Call<S, <S as Statement>::Answer>;
