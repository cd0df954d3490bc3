//! Access control: which requests pass, where the others are sent, and what they are answered.

mod allow;
mod allow_functions;
mod app;
mod clear_site_data;
mod custom_refusals;
mod form_tokens;
mod fresh_log_in;
mod gates;
mod redirects;
