//! The sections about what lies beyond one server: when to take it, and what it costs.

use std::fmt::Write as _;

use crate::options::Options;
use crate::redis::{LOADS, Redises};
use crate::replica::{LOG_OUTS, Replicated, WRITERS};
use crate::results::Results;
use crate::sizes::words;
use crate::tables::{beside, by, number, table};

pub(crate) fn sections(results: &Results, options: &Options) -> String {
    let rows = words(options.million);
    let few = words(options.million / 10);
    let mut text = String::new();
    if let Some(samples) = &results.partitions {
        let _ = write!(
            text,
            "
## Partitions

The table of {rows} rows cut in 16 by the hash of its handle, beside the same in one piece. The store works on it unchanged: the
conformance suite passes on such a table (`cargo test --package growth`). `migrate()` does not make one; the statements
that do are in [`partitions.rs`](../benches/growth/src/partitions.rs). A principal's sessions are in all partitions, so that a
list looks in each.

{}
Take it when one table is too large to vacuum in peace, or to keep on one disk: each partition is vacuumed by itself, and can
have a tablespace of its own. It makes no single operation faster.
",
            beside(samples)
        );
    }
    if let Some(samples) = &results.commit {
        let _ = write!(
            text,
            "
## Settings of the log

On {rows} rows, set for the database (`ALTER DATABASE … SET …`).

{}
`synchronous_commit = off` answers before the log is on the disk, and risks what was answered in the last moments before a
crash of the server (three times `wal_writer_delay`, 0.6 s as it comes): a log-out or a revocation that the user saw succeed is
undone, and the session's token is good again. Take it only where that is acceptable; nothing is damaged by it, and a crash of
the application loses nothing. `wal_compression` compresses the whole pages in the log, for some of the processor's time, and
risks nothing; the rows here have one cart between them, and so get smaller than others would.
",
            beside(samples)
        );
    }
    if let Some(samples) = &results.pooler {
        let _ = write!(
            text,
            "
## PgBouncer

In transaction mode with `transaction_pooler()`, and three connections to the server; beside a direct connection. {few} rows.

{}
Each statement takes four round trips to the pooler in place of one to the server. The store keeps eight connections of its own
whatever the load, so that a pooler is not needed for their number until there are many nodes: take it when nodes times
workers come near `max_connections`, or where it is there already.
",
            beside(samples)
        );
    }
    if let Some(replica) = &results.replica {
        text += &replicated(replica, &few);
    }
    if let Some(redis) = &results.redis {
        text += &redises(redis, &few);
    }
    text
}

fn replicated(replica: &Replicated, rows: &str) -> String {
    format!(
        "
## A replica

One server and a streaming replica of it, both on the same machine and its one disk; a network between them would add its round
trip to each commit. {rows} rows.

{}
Take `synchronous_commit = on` with `synchronous_standby_names` when a server may be lost, and no log-out with it. With one
replica, writes wait when it is gone: two, and `ANY 1 (…)`, keep working.

Reads must not go to a replica. With {WRITERS} callers writing to the first server, {LOG_OUTS} sessions were ended there and then
looked for on the replica, which nobody waited for: it showed them for another {} ms usually, {} ms for one in a
hundred, and {} ms at the longest; behind a slow network or a long query it is seconds. A session that has ended elsewhere
would let its token in for that long, and one that has just begun would not be known. A replica is for when the first is lost.
",
        beside(&replica.samples),
        number(replica.late.median / 1e3),
        number(replica.late.p99 / 1e3),
        number(replica.late.longest / 1e3),
    )
}

fn redises(redis: &Redises, rows: &str) -> String {
    let mut lines = Vec::new();
    for (operation, callers) in LOADS {
        let mut cells = vec![format!("{}, {}", operation.name(), by(callers))];
        for way in 0..redis.samples.ways.len() {
            let wanted = (way, operation, callers);
            let reads = redis.reads.iter().find(|&&(w, o, c, _)| (w, o, c) == wanted);
            cells.push(reads.map_or_else(|| "–".to_owned(), |reads| number(reads.3)));
        }
        lines.push(cells);
    }
    let mut head = vec![String::new()];
    head.extend(redis.samples.ways.clone());
    format!(
        "
## Redis Cluster

Three masters with a replica each, all on the same machine, beside one server; {rows} sessions.

{}
How often a server reads from a client for each operation, which is its round trips if none waits behind another; a read that
takes in many commands at once counts once:

{}
All seven servers share the cores of the machine with the callers, so that the cluster cannot show what it is for: take it when
one server's core is full, or its memory. What is of one session lies on one node. A principal's list may lie on another, so
that a log-in asks two of them.
",
        beside(&redis.samples),
        table(&head, &lines),
    )
}
