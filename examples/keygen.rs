//! Draws a key for `SESSION_KEYS`: `export SESSION_KEYS=$(cargo run -q --example keygen)`.

fn main() -> Result<(), session_core::RandomError> {
    println!("{}", session_core::KeyRing::generate()?);
    Ok(())
}
