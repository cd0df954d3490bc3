//! The injection of a fault: how it begins, lasts and ends.

use std::time::Duration;

use session_test_support::{Postgres, Proxy, Redis};
use tokio::task::block_in_place;
use tokio::time::{Instant, sleep};

use super::kind::Fault;
use super::lock;
use super::replicas;
use crate::nodes::Nodes;
use crate::stores::Servers;

/// Has the servers and nodes suffer a fault for so long, and heals them.
pub(crate) async fn suffer(fault: Fault, servers: &Servers, nodes: &Nodes, span: Duration) {
    let over = Instant::now() + span;
    match fault {
        Fault::None => sleep(span).await,
        Fault::NodeKill => kill_nodes(nodes, over).await,
        Fault::NodeFreeze => {
            block_in_place(|| nodes.freeze(0));
            sleep(span).await;
            block_in_place(|| nodes.thaw(0));
        }
        Fault::Silent | Fault::Cut | Fault::Flicker | Fault::HalfOpen | Fault::Slow => {
            let proxy = proxy(servers).expect("the fault is of stores behind a proxy");
            disturb(fault, proxy, over).await;
        }
        Fault::Locked => {
            if let Servers::Sqlite { directory } = servers {
                lock::hold(&directory.path().join("sessions.db"), span).await;
            }
        }
        Fault::DiskFull if matches!(servers, Servers::Sqlite { .. }) => {
            block_in_place(|| nodes.limit_files(Some(0)));
            sleep(span).await;
            block_in_place(|| nodes.limit_files(None));
        }
        Fault::PoolerKill => {
            if let Servers::PgBouncer { pooler, .. } = servers {
                block_in_place(|| pooler.kill());
                sleep(span).await;
                pooler.restart().await;
            }
        }
        _ => match servers {
            Servers::Postgres { server, .. } | Servers::PgBouncer { server, .. } => {
                postgres(fault, server, span).await;
            }
            Servers::Redis { server, .. } => redis(fault, server, span).await,
            Servers::Standby { primary, standby, proxy } => {
                replicas::standby(fault, [primary, standby], proxy, span).await;
            }
            Servers::Sentinel(watched) => replicas::sentinel(fault, watched, span).await,
            Servers::Cluster(cluster) => replicas::cluster(fault, cluster, span).await,
            Servers::Memory | Servers::Sqlite { .. } => sleep(span).await,
        },
    }
}

fn proxy(servers: &Servers) -> Option<&Proxy> {
    match servers {
        Servers::Postgres { proxy, .. }
        | Servers::PgBouncer { proxy, .. }
        | Servers::Standby { proxy, .. }
        | Servers::Redis { proxy, .. } => Some(proxy),
        Servers::Memory | Servers::Sqlite { .. } | Servers::Sentinel(_) | Servers::Cluster(_) => {
            None
        }
    }
}

async fn disturb(fault: Fault, proxy: &Proxy, over: Instant) {
    match fault {
        Fault::Silent => proxy.black_hole().await,
        Fault::Cut => proxy.cut().await,
        Fault::HalfOpen => proxy.half_open().await,
        Fault::Slow => proxy.delay(Duration::from_millis(150)).await,
        _ => {}
    }
    while Instant::now() < over {
        if fault == Fault::Flicker {
            proxy.cut().await;
            proxy.heal().await;
        }
        sleep(Duration::from_millis(100)).await;
    }
    proxy.heal().await;
}

async fn kill_nodes(nodes: &Nodes, over: Instant) {
    for node in (0..nodes.addresses().len()).cycle() {
        block_in_place(|| nodes.kill(node));
        sleep(Duration::from_millis(500)).await;
        nodes.start_again(node).await;
        if Instant::now() >= over {
            return;
        }
        sleep(Duration::from_millis(500)).await;
    }
}

async fn postgres(fault: Fault, server: &Postgres, span: Duration) {
    match fault {
        Fault::Kill => {
            block_in_place(|| server.kill());
            sleep(span).await;
            server.restart().await;
        }
        Fault::Restart => {
            for _ in 0..3 {
                server.restart().await;
                sleep(span / 3).await;
            }
        }
        Fault::Freeze => {
            block_in_place(|| server.freeze());
            sleep(span).await;
            block_in_place(|| server.thaw());
        }
        Fault::DiskFull => {
            let over = Instant::now() + span;
            // Again and again, since the server starts new processes.
            while Instant::now() < over {
                block_in_place(|| server.limit_files(Some(0)));
                sleep(Duration::from_millis(500)).await;
            }
            // A server that cannot write its log gives up.
            server.restart().await;
        }
        _ => sleep(span).await,
    }
}

async fn redis(fault: Fault, server: &Redis, span: Duration) {
    match fault {
        Fault::Kill => {
            block_in_place(|| server.kill());
            sleep(span).await;
            server.restart().await;
        }
        Fault::Restart => {
            for _ in 0..3 {
                server.restart().await;
                sleep(span / 3).await;
            }
        }
        Fault::Freeze => {
            block_in_place(|| server.freeze());
            sleep(span).await;
            block_in_place(|| server.thaw());
        }
        Fault::DiskFull => {
            block_in_place(|| server.limit_files(Some(0)));
            sleep(span).await;
            // One that cannot write its log gives up.
            server.restart().await;
        }
        _ => sleep(span).await,
    }
}
