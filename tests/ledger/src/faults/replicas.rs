//! The faults of servers that have a replica.

use std::time::Duration;

use session_test_support::{Postgres, Proxy, RedisCluster, RedisSentinel};
use tokio::task::block_in_place;
use tokio::time::{Instant, sleep, sleep_until};

use super::kind::Fault;

/// A primary and its synchronous standby, behind an address that moves. A former primary is reached by nobody.
pub(crate) async fn standby(
    fault: Fault,
    [primary, standby]: [&Postgres; 2],
    proxy: &Proxy,
    span: Duration,
) {
    let over = Instant::now() + span;
    match fault {
        Fault::Kill | Fault::Freeze => {
            if fault == Fault::Kill {
                block_in_place(|| primary.kill());
            } else {
                block_in_place(|| primary.freeze());
            }
            sleep(span / 2).await;
            standby.promote().await;
            proxy.redirect(standby.address()).await;
            if fault == Fault::Freeze {
                block_in_place(|| primary.thaw());
            }
        }
        // First no connection leads to the primary any more; what it has acknowledged, the standby has.
        Fault::FailOver => {
            proxy.cut().await;
            standby.promote().await;
            proxy.redirect(standby.address()).await;
        }
        Fault::ReplicaKill => {
            block_in_place(|| standby.kill());
            sleep(span).await;
            standby.restart().await;
        }
        _ => {}
    }
    sleep_until(over).await;
}

/// A master and its replica: the sentinels notice, and the former master comes back as a replica.
pub(crate) async fn sentinel(fault: Fault, watched: &RedisSentinel, span: Duration) {
    let over = Instant::now() + span;
    let master = watched.master();
    match fault {
        Fault::Kill => {
            block_in_place(|| master.kill());
            watched.until_replaced().await;
            master.restart().await;
            watched.until_demoted().await;
        }
        Fault::Freeze => {
            block_in_place(|| master.freeze());
            watched.until_replaced().await;
            block_in_place(|| master.thaw());
            watched.until_demoted().await;
        }
        Fault::FailOver => {
            watched.fail_over().await;
            watched.until_demoted().await;
        }
        _ => {}
    }
    sleep_until(over).await;
}

/// One of three masters; its replica takes over.
pub(crate) async fn cluster(fault: Fault, cluster: &RedisCluster, span: Duration) {
    let over = Instant::now() + span;
    let (mut masters, mut replicas) = (Vec::new(), Vec::new());
    for node in cluster.nodes() {
        if node.is_master().await { masters.push(node) } else { replicas.push(node) }
    }
    let master = masters[0];
    match fault {
        Fault::Kill | Fault::Freeze => {
            if fault == Fault::Kill {
                block_in_place(|| master.kill());
            } else {
                block_in_place(|| master.freeze());
            }
            cluster.until_taken_over(&replicas).await;
            sleep_until(over).await;
            if fault == Fault::Kill {
                master.restart().await;
            } else {
                block_in_place(|| master.thaw());
            }
        }
        Fault::FailOver => replicas[0].take_over().await,
        _ => {}
    }
    sleep_until(over).await;
}
