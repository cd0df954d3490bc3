//! The operations of the contract, each of them one script on one server.
//!
//! In a cluster the index of a principal lies in another slot than the sessions in it. There a
//! session is announced to the index before it is written to, and taken from it afterwards; so
//! an index may name too many, never too few, and what it names counts only if the record agrees.
//! What a log-in does besides, and why that is right, stands in `log_in.rs`.

mod delete;
mod entry;
mod insert;
mod load;
mod log_in;
mod principal;
mod sweep;
mod touch;
mod update;

use std::time::Duration;

use redis::{FromRedisValue, Value};
use session_core::{Handle, Now, Timestamp};
use tokio::time::Instant;

use crate::call::{Answer, Call};
use crate::fault::{Fault, Repeat};
use crate::keys::Keys;
use crate::moment::span;
use crate::script::{self, Argument, Script};
use crate::server::Server;

/// How many records of a principal are asked for at once in a cluster.
const AT_ONCE: usize = 32;

/// How many entries are removed at once: a Lua function takes no more than some thousand arguments.
const FEW: usize = 1000;

/// Carries out operations.
pub(crate) struct Operations {
    pub(crate) server: Server,
    pub(crate) keys: Keys,
    pub(crate) deadline: Duration,
}

/// When an index forgets a session.
#[derive(Clone, Copy, Debug)]
enum Ends {
    At(i64),
    After(Duration),
}

impl Operations {
    fn until(&self) -> Instant {
        Instant::now() + self.deadline
    }

    /// What the script came to, and what its clock showed.
    async fn run<T: FromRedisValue>(
        &self,
        script: &'static Script,
        key: Vec<u8>,
        arguments: &[Argument<'_>],
        now: Now,
        repeat: Repeat,
        until: Instant,
    ) -> Result<(T, Timestamp), Fault> {
        let call = Call::new(script, now, key, arguments);
        let Answer { value, now } = self.server.run(call, repeat, until).await?;
        redis::from_redis_value(value).map_err(|_| Fault::Misread).map(|answer| (answer, now))
    }

    /// The same in a cluster, in another slot than that of the record. On the heap, since every operation would
    /// be as large as this, on one server too.
    async fn run_elsewhere<T: FromRedisValue>(
        &self,
        script: &'static Script,
        key: Vec<u8>,
        arguments: &[Argument<'_>],
        now: Now,
        until: Instant,
    ) -> Result<(T, Timestamp), Fault> {
        Box::pin(self.run(script, key, arguments, now, Repeat::Harmless, until)).await
    }

    /// Adds to a sorted set in another slot.
    async fn enter(
        &self,
        key: Vec<u8>,
        member: &[u8],
        ends: Ends,
        now: Now,
        until: Instant,
    ) -> Result<(), Fault> {
        let [at, after] = ends.arguments();
        let arguments = [Argument::Bytes(member), at, after];
        self.run_elsewhere::<Value>(&script::ENTER, key, &arguments, now, until).await.map(drop)
    }

    /// Notes when a record expires that was written at a named moment, where its script cannot.
    async fn note(
        &self,
        handle: Handle,
        expires: Timestamp,
        now: Now,
        until: Instant,
    ) -> Result<(), Fault> {
        if self.server.is_one() || now.named().is_none() {
            return Ok(());
        }
        let ends = Ends::At(expires.micros());
        self.enter(self.keys.named(), handle.as_bytes(), ends, now, until).await
    }

    /// Takes stale entries out of a sorted set in another slot. If that fails they are found
    /// stale again.
    async fn remove<'a>(
        &self,
        key: &[u8],
        members: impl IntoIterator<Item = &'a [u8]>,
        until: Instant,
    ) {
        let members: Vec<Argument<'_>> = members.into_iter().map(Argument::Bytes).collect();
        for members in members.chunks(FEW) {
            let key = key.to_vec();
            let removed =
                self.run_elsewhere::<Value>(&script::REMOVE, key, members, Now::Store, until);
            let _ = removed.await;
        }
    }
}

impl Ends {
    fn arguments(self) -> [Argument<'static>; 2] {
        match self {
            Self::At(moment) => [Argument::Number(moment), Argument::NONE],
            Self::After(idle) => [Argument::NONE, span(idle)],
        }
    }
}

fn moment(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}
