//! Rolling deploys: two releases of one application share a table and a cookie while one replaces the other, and
//! neither loses what either has stored.

mod alternation;
mod app_state;
mod changed_principal;
mod changed_type;
mod destroyed_session;
mod new_release;
mod old_release;
mod releases;
mod renamed;
mod unknown_format;
