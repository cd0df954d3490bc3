//! Two releases of a program on each store.

use session_upgrade_tests::{Programs, Store, deploy};

#[tokio::test(flavor = "multi_thread")]
async fn sessions_live_through_a_deploy_and_a_roll_back_on_postgres() {
    deploy(Programs::from_env(), &Store::postgres().await).await;
    deploy(Programs::from_env(), &Store::postgres().await.sealed()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_live_through_a_deploy_and_a_roll_back_on_sqlite() {
    deploy(Programs::from_env(), &Store::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_live_through_a_deploy_and_a_roll_back_on_redis() {
    deploy(Programs::from_env(), &Store::redis().await).await;
    deploy(Programs::from_env(), &Store::redis().await.sealed()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_live_through_a_deploy_and_a_roll_back_in_cookies() {
    deploy(Programs::from_env(), &Store::cookie()).await;
}
