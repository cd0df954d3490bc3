//! A streaming replica that commits wait for, and how late it shows a log-out.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use session_core::{Now, Store};
use session_sqlx::PostgresStore;
use session_test_support::{Postgres, TempDirectory, free_address};
use sqlx::{Connection as _, PgConnection};

use crate::callers::{Run, run};
use crate::database::Database;
use crate::operation::Operation::Write;
use crate::options::Options;
use crate::population::fresh;
use crate::turns::{Samples, Way, compare};

/// How many log-outs are looked for on the replica.
pub(crate) const LOG_OUTS: u64 = 300;

/// How many callers write meanwhile.
pub(crate) const WRITERS: u64 = 16;

/// What was measured.
#[derive(Clone, Debug)]
pub(crate) struct Replicated {
    pub(crate) samples: Samples,
    /// How long after the answer a replica that nobody waits for still shows a session that has ended.
    pub(crate) late: Run,
}

pub(crate) async fn measure(options: &Options) -> Replicated {
    let server = Postgres::durable().await;
    let mut ways = Vec::new();
    for (name, setting) in [
        ("nobody waits for the replica", "synchronous_commit = local"),
        ("until the replica has synced it", "synchronous_commit = on"),
        ("until the replica shows it", "synchronous_commit = remote_apply"),
    ] {
        let database = Database::new(&server).await;
        let direct = database.store().await;
        let population = database.fill(&direct, options.million / 10, 0).await;
        database.set(setting).await;
        let (name, store) = (name.to_owned(), database.store().await);
        ways.push(Way { name, store, population, database: Some(database) });
    }
    let database = ways[0].database.as_ref().expect("it is in PostgreSQL");
    let replica = Replica::of(&server, database).await;
    database.run("ALTER SYSTEM SET synchronous_standby_names = '*'").await;
    database.run("SELECT pg_reload_conf()").await;
    replica.until_waited_for(database).await;
    let samples = compare(&ways, &[(Write, 1), (Write, 64)], options).await;
    let late = replica.lateness(&ways[0]).await;
    Replicated { samples, late }
}

/// A server that follows another.
#[derive(Debug)]
struct Replica {
    directory: TempDirectory,
    url: String,
}

impl Replica {
    async fn of(server: &Postgres, database: &Database<'_>) -> Self {
        eprintln!("making a replica");
        let binaries = database.text("SELECT setting FROM pg_config WHERE name = 'BINDIR'").await;
        let owner = server.directory().metadata().expect("it is there");
        let owner = (owner.uid(), owner.gid());
        let directory = TempDirectory::new("QUIT");
        chown(directory.path(), Some(owner.0), Some(owner.1)).expect("one may give it away");
        let data = directory.path().join("data");
        let command = |program: &str| {
            let mut command = Command::new(PathBuf::from(&binaries).join(program));
            // The server refuses to run as root; who runs the first runs the second.
            command.uid(owner.0).gid(owner.1).env("LC_ALL", "C").arg("-D").arg(&data);
            command
        };
        let copied = command("pg_basebackup")
            .args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--dbname"])
            .arg(server.url("postgres"))
            .current_dir(directory.path())
            .output()
            .expect("it is installed with the server");
        assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
        let address = free_address();
        let name = database.url.rsplit('/').next().expect("a URL ends with the database");
        let url = format!("postgres://postgres@{address}/{name}");
        let mut postgres = command("postgres");
        postgres.arg("-k").arg(directory.path()).args(["-p", &address.port().to_string()]);
        let answers = async || PgConnection::connect(&url).await.is_ok();
        let runs = directory.launch(&mut postgres, answers).await;
        assert!(runs, "the replica does not start:\n{}", directory.log());
        Self { directory, url }
    }

    /// Until commits do wait for it.
    async fn until_waited_for(&self, database: &Database<'_>) {
        let sql = "SELECT count(*)::float8 FROM pg_stat_replication WHERE sync_state = 'sync'";
        for _ in 0..300 {
            let [number] = database.numbers(sql).await;
            if number > 0.0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the replica does not follow:\n{}", self.directory.log());
    }

    /// How long it shows a session that has ended, while others write.
    async fn lateness(&self, way: &Way<'_, PostgresStore>) -> Run {
        eprintln!("looking for {LOG_OUTS} log-outs on the replica");
        let replica = PostgresStore::connect(&self.url).await.expect("the replica is up");
        let busy = Arc::new(AtomicBool::new(true));
        let go_on = Arc::clone(&busy);
        let writers =
            run(&way.store, &way.population, Write, WRITERS, move || go_on.load(Ordering::Relaxed));
        let log_outs = async {
            let (mut draw, mut late, begun) = (Rng::new(), Vec::new(), Instant::now());
            for n in 0..LOG_OUTS {
                late.push(log_out(way, &replica, n, &mut draw).await);
            }
            busy.store(false, Ordering::Relaxed);
            Run::new(late, LOG_OUTS, begun.elapsed())
        };
        tokio::join!(writers, log_outs).1
    }
}

/// Begins a session and ends it, and answers how long after that the replica has it.
async fn log_out(
    way: &Way<'_, PostgresStore>,
    replica: &PostgresStore,
    n: u64,
    draw: &mut Rng,
) -> Duration {
    let handle = fresh(draw);
    let insert = way.population.insert(n, handle, draw);
    _ = way.store.insert(insert, Now::Store).await.expect("the store works");
    let shows =
        async || replica.load(handle, Now::Store).await.expect("the replica answers").is_some();
    while !shows().await {}
    way.store.delete(handle, None, Now::Store).await.expect("the store works");
    let gone = Instant::now();
    while shows().await {}
    gone.elapsed()
}
