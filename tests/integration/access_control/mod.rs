//! Who is let in, where the others are sent, and what they are told.

#[path = "form_tokens.rs"]
mod forms;
#[path = "fresh_log_in.rs"]
mod fresh;
#[path = "app.rs"]
mod house;
#[path = "clear_site_data.rs"]
mod log_out;
#[path = "allow.rs"]
mod permitted;
mod redirects;
#[path = "custom_refusals.rs"]
mod refusals;
