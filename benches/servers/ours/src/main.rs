//! This library, on the store that the command line names.

mod place;

#[tokio::main]
async fn main() {
    let sessions = place::sessions(&shop::Place::from_args()).await;
    shop::serve(site::routes().with_state(sessions)).await;
}
