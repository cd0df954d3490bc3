//! A log-in through an `OpenID` Connect provider on another site, in a real browser: its state, nonce and verifier
//! wait in the session until the browser comes back.

mod app;
mod journeys;
mod pkce;
mod provider;
