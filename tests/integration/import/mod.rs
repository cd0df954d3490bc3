//! Sessions that browsers had elsewhere: each becomes one of ours, once.

mod after_the_end;
mod elsewhere;
mod move_over;
mod one_session;
mod refusals;
