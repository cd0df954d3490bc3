//! What the pages of figures have in common: medians with their ranges, the machine, plots.

mod machine;
mod plot;
mod series;

pub use machine::description as machine;
pub use plot::{Bar, Plot};
pub use series::{Series, float};
