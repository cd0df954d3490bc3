//! Draws a key for `SESSION_KEYS`: `export SESSION_KEYS=$(cargo run -q --example keygen)`.

fn main() -> Result<(), session_axum::RandomError> {
    println!("{}", session_axum::KeyRing::generate()?);
    Ok(())
}
