//! What each kind of request costs on PostgreSQL: statements as the server saw them, round trips as a proxy counted
//! them.

mod metered_app;
mod requests;
