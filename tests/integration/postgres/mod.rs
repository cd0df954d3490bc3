//! What is measured, or made to fail, on PostgreSQL alone.

mod guide;
mod outages;
mod processes;
mod round_trips;
