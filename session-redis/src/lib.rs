//! Session stores on Redis: [`RedisStore`], for one server, Sentinel and Cluster.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use session_redis::RedisStore;
//!
//! let store = RedisStore::connect("redis://localhost").await?;
//! # Ok(())
//! # }
//! ```
//!
//! It takes Redis 7.0 or later, or Valkey; the client is [`redis`] 1. Each new connection finds out whether its server [can keep
//! sessions](#what-is-found-out).
//!
//! # Commands
//!
//! Each operation is one Lua script, called by its hash: a session is read by one `EVALSHA` and
//! changed by another. On one server, operations of one kind that wait at the same time are sent as a batch: one
//! `EVALSHA` with a key for each. The more there is to do, the less each costs. An operation that comes alone is
//! sent at once; while four commands are in flight, others wait until the first of them is answered. An operation
//! that cannot be carried out fails alone, and one whose caller has left is not sent.
//!
//! | operation | commands to one server | to a cluster |
//! | --- | --- | --- |
//! | `load`, `update` of a session that keeps its principal | 1 | 1 |
//! | `insert`, `touch` and `delete` of a session of nobody | 1 | 1 |
//! | `touch` and `delete` of a principal's session, `update` that takes the principal away, the first `update` in each tenth of the idle limit | 1 | 2 |
//! | `insert` and `update` that log in | 1 | 3 |
//! | `alive` of n sessions | 1 for each 128 | n, of which 32 are in flight |
//! | `list` of a principal with n sessions | 1 | n + 1 |
//! | the same, a page of p < n sessions with their fields | 1 | n + p + 1 |
//! | `delete_all` of n sessions | 1 | n + 2 |
//! | `sweep` | 0 | 0 |
//!
//! `alive` reads headers and principals, and `list` reads the labels, too; fields are read, and sent, only of the sessions on a page
//! that is to have them. To find the page, `list` looks at each of the principal's sessions. A session
//! that is deleted and remembered is replaced by an empty record in the same script.
//!
//! A server that does not know the script, after a restart or `SCRIPT FLUSH`,
//! is sent it in full. A new connection costs one script, and one that nobody has used for ten seconds is asked for the `TIME` first: so a
//! write is not lost to a connection that a server, a proxy or a firewall has closed in the meantime. No `PING`, no transactions, no
//! `KEYS`, no `CONFIG`, no keyspace notifications. Time is read from the server's clock, so nodes whose clocks differ agree.
//!
//! # Keys
//!
//! | key | type | what |
//! | --- | --- | --- |
//! | `session:` and the handle | string | a record; the handle is the one that logs and device lists show. 103 bytes, the principal, the label and the fields; the 103 bytes alone if the session was ended and that is remembered |
//! | `session:principal:` and the principal | sorted set | the handles of the principal's sessions, and for an hour when they were last all ended |
//! | `session:named` | sorted set | sessions written by a clock of the program's own, as in tests |
//!
//! Each key gets its expiry in the script that writes it: a record expires with its session, to
//! the millisecond, and an index with the entry that can live longest. So nothing has to be
//! cleaned: [`sweep`](session_core::Store::sweep) asks the server nothing, unless a time is named.
//! By another clock than its own, Redis cannot expire anything at the right time, and a sweep goes
//! through the last key in the table.
//!
//! An entry of an index counts only if the record agrees. Stale entries are removed when they are
//! found, and at each log-in the entries of sessions that have certainly ended.
//!
//! # Lost indexes
//!
//! An index can be lost where its sessions are not: by eviction, `DEL` by hand, or the fail-over of one node of a cluster. Nothing in
//! Redis tells such an index from one of somebody without sessions, so `list` and `delete_all` answer as if there were none: **after
//! a loss, `delete_all` does not end what it cannot find.** It is mended so:
//!
//! - A session is in its index again after its next touch, or its first write in a tenth of the idle limit, which is how often a session in
//!   use is touched or written. If all sessions of its principal were ended in the meantime and that is still remembered, which is
//!   so for an hour and as long as the index exists, it ends there and then: as far as the store goes it could still be read until then.
//! - [`RedisStore::check_indexes`] does it at once for all, and says how many were missing. Call it when `health` says that
//!   keys were evicted, after a fail-over, and after a `DEL` by hand; and then end the sessions of those whom it concerns again.
//! - What cannot come back: the memory of a revocation, by which a log-in is refused that began before it and is stored after; and until
//!   the index is whole again, the limit on a principal's sessions counts too few.
//!
//! `FLUSHALL` and a restart without persistence lose the sessions with their indexes: everybody is logged out, and nothing is inconsistent.
//!
//! # Rolling deploys
//!
//! Nodes of two releases may share the keys. Each record says its format, and the oldest format whose releases
//! read it. A release reads and writes what a later one wrote, unless that is for later readers only. What it does not know it leaves
//! in the record, and it never lowers the two numbers.
//!
//! On a record for later readers only, every operation fails with an error that names both formats, and leaves it as it is. So a
//! release that writes such records is deployed after one that reads them; the changelog says which.
//!
//! # Endings
//!
//! A script that ends sessions publishes their handles in the same step, in one message on the channel `session:endings` (the
//! prefix, and `endings`). A [feed](session_core::Store::endings) subscribes to it, by a connection of its own, to the server that the
//! store writes to. Once a second it asks that server for a session that cannot exist; the answer is the proof of life. The feed
//! is over when the connection is lost, the server does not answer within half of the [deadline](RedisBuilder::deadline), is no master any more,
//! or the store has taken another connection, perhaps to another master.
//!
//! - **Who tells.** The store's scripts, whoever runs them. Not told is what ends by other means: `DEL` and `FLUSHALL` by hand, eviction, and
//!   scripts of releases before the feed. A feed cannot know of them, and gives its proof all the same: such an end is noticed at the
//!   session's next use, or when live sessions are asked for all the same, within twelve times `check_every`.
//! - **Rights.** A user who may not subscribe or publish has no feed, and the store logs a warning (target `session`), once. What such a
//!   user ends is ended, and told to nobody: give all nodes of a service the same [rights](#rights). A message is a hint: whoever else
//!   may publish there can have sessions asked for, and end none.
//! - **Databases.** Pub/Sub knows none: stores with one prefix in several databases hear of each other's sessions, which they do not have.
//! - **Fail-over.** Replication is asynchronous: a master may have told of an ending that the next one does not know. What ended
//!   while a feed was over is not told by the next.
//! - **Cluster.** Each node passes on to all others what was published on it, in its own time. So the feed tells of endings there and
//!   never proves that none is missing.
//!
//! # What Redis keeps
//!
//! A session that was saved is as safe as the server is set up to make it.
//!
//! - **Eviction.** Set `maxmemory-policy noeviction`. Under any other policy, Redis ends sessions, or
//!   the indexes by which they are found and revoked, when memory runs out; the store warns of it. Under `noeviction` a full
//!   server refuses to save sessions (503), and still loads, renews and deletes them. Without `maxmemory`, which is the default of Redis,
//!   nothing is evicted, and the policy does not matter.
//! - **Crash and restart.** Without persistence, everybody is logged out. With `appendonly yes`, what
//!   was saved in the last second is lost (`appendfsync everysec`, the default) or nothing (`always`,
//!   one disk write for each batch of commands); with snapshots alone, what was saved since the last one. What is lost
//!   can also be a log-out: the session is back.
//! - **Fail-over.** Replication is asynchronous. What was saved and had not reached the replica that takes
//!   over is lost, the same as above; the store does not wait for replicas (`WAIT`), which would not
//!   make it certain either. What had reached it is kept. A master that is cut off from the others, with
//!   some of the application's nodes, goes on for `cluster-node-timeout` in a cluster, and until the cut is
//!   mended elsewhere, and all that it acknowledged meanwhile is lost; `min-replicas-to-write 1` bounds that to
//!   `min-replicas-max-lag`. So does a master that still runs when the sentinels replace it, also in good order
//!   (`SENTINEL FAILOVER`), until they demote it some ten seconds later: with that setting it stops as soon as its replica has left it.
//! - **A server that may not write**, for want of replicas or because its last snapshot or log failed, refuses
//!   sessions to be read, too: what it knows may be out of date.
//! - **A former master** that is a replica now refuses every operation, so that a log-out elsewhere
//!   is not missed; the store drops the connection and looks for the master again.
//!
//! # What is found out
//!
//! Each new connection asks its server, by a script that touches no key, before it is used: at [`RedisStore::connect`], at the first use of a
//! [client](RedisBuilder::client), after a fail-over, and for each node of a cluster, new ones too.
//! [`health`](session_core::Store::health) asks anew.
//!
//! | found | at a new connection | by `health` |
//! | --- | --- | --- |
//! | Redis before 7.0 | refused: [`UnfitServer::TooOld`] | |
//! | a right is missing | refused: [`UnfitServer::Rights`] with the rules to add | the same error |
//! | the rights to `publish` and `subscribe`, or to `info`, are missing | a warning in the log | a warning |
//! | a server that evicts keys, or has evicted some | a warning in the log | a warning |
//! | its last snapshot or log failed | a warning in the log, or it refuses | a warning, or the error `MISCONF` |
//! | it is loading, a replica, full, or misses replicas | | the error of the server: `LOADING`, `READONLY`, `OOM`, `NOREPLICAS` |
//!
//! A server is refused whole, for a script that may not do its last step has done the others. It is asked again at the next use, at most
//! four times a second: no restart is needed once it is put right. Warnings have the target `session`, and are not repeated for each
//! connection. In a cluster, `connect` fails if any master that can be reached is refused, since lists of users are
//! not replicated; `health` is an error only if no master can be written to, and otherwise has a warning for each that cannot.
//!
//! Not warned of are `appendonly no` and replicas that lag: whether sessions are worth more is for you to say.
//!
//! # When it fails
//!
//! All operations share one connection (one per node in a cluster). If it breaks, or says nothing for half of the
//! [deadline](RedisBuilder::deadline), it is replaced without the application's help; attempts
//! are up to 250 ms apart. In the meantime a read is tried again, a write is if it certainly did not
//! happen, all others fail, and none takes longer than the deadline. Dropping a future is harmless.
//!
//! # Sentinel
//!
//! [`RedisStore::sentinel`] asks the sentinels, each in turn, whenever it has to connect. Once a second it asks one whether the master is
//! still the same; if most of them name another, the connection is given up though it may still answer, and what comes next goes to the
//! new master. If the store and its master are both cut off from most of the sentinels, it cannot know: set `min-replicas-to-write 1`
//! and `min-replicas-max-lag 10`, so that such a master takes nothing for longer than ten seconds. Name all sentinels: most of those that
//! were named have to agree.
//!
//! # Cluster
//!
//! [`RedisStore::cluster`] keeps a connection to each master that has sessions, follows slots that move,
//! and takes a fail-over for what it is. A node that hangs holds up its own sessions only; set
//! `cluster-require-full-coverage no`, or Redis itself holds up all others.
//!
//! Each session is a key in a slot of its own, and so is each principal's index; no script touches
//! two slots, so some operations take [more commands](#commands) than on one server. A log-in that finds more than its
//! limit reads all sessions but their fields, and removes the surplus. Besides:
//!
//! - A log-in is announced to the index before the record says so, and the former entry is removed after
//!   it. So an index may name too many for a while, never too few: whoever is listed or was saved
//!   before `list` or `delete_all` began is found by it.
//! - A log-in that a revocation overtakes, and one that began before it by the index's clock, is refused
//!   however the two meet; the first of them loses its record.
//! - The nodes' clocks may differ by up to 30 s. By as much, a log-in that began before a revocation may count
//!   as one that began after, if it was announced after.
//! - A log-in removes what is more than its limit in a further command, before it is answered. While it is under way, and if
//!   that command fails, its principal has one session more, until the next log-in.
//! - `list` and `delete_all` are not atomic, as they are on one server: the records are read one after the
//!   other.
//! - If the node of an index loses an entry in a fail-over that another node's record survived, the
//!   session lives on unlisted until it is [restored](#lost-indexes).
//!
//! # Rights
//!
//! Replace the password and, if you set one, the [prefix](RedisBuilder::prefix):
//!
//! ```text
#![doc = include_str!("acl.txt")]
//! ```
//!
//! In a cluster add `+cluster|slots` and `+asking`; for another database than 0, `+select`; for
//! [`RedisStore::check_indexes`], `+scan`. Redis does not replicate users: give the rights on each server. A user who lacks one is
//! [refused](#what-is-found-out) by name of the rule, except that `+publish`, `+subscribe`, `&session:endings` and `+info` may be missing.
//!
//! # TLS
//!
//! `rediss://` takes this crate's feature `tls-rustls` or `tls-native-tls`. With the first, the program
//! chooses rustls's cryptography by `CryptoProvider::install_default`, or leaves it to be `ring`. For certificates
//! of your own, make a [`redis::Client`] and hand it to [`RedisBuilder::client`].

// Imports run from top to bottom.

// What a user meets.
mod builder;
mod store;
// Each operation of the store: one script, or several in a cluster, run on the server that has its key.
mod operation;
// How scripts that wait at the same time share one command.
mod batch;
// How the node of a key is found.
mod cluster;
// How a connection is opened and replaced.
mod connection;
// What a server has to be like.
mod inspection;
// What is sent.
mod scripts;

pub use builder::RedisBuilder;
pub use connection::{ConfigError, ConnectError, Unreachable};
pub use inspection::UnfitServer;
pub use operation::IndexCheck;
pub use store::RedisStore;
