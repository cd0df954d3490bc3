//! The inspector: what a server is asked, and what its answer means.

use std::sync::Arc;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, ConnectionInfo, ErrorKind, RedisError, RedisResult, ServerErrorKind, Value, cmd};

use super::findings::{Findings, Inspected};
use super::server_info::ServerInfo;
use super::unfit::UnfitServer;

/// The script that asks; it writes nothing.
const CODE: &str = include_str!("inspect.lua");

/// What an answer is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// That sessions can be kept there in principle, though it be a replica or full.
    Connecting,
    /// That they can be written at this moment: the server refuses what is declared as it declares a script that writes.
    Writing,
}

/// Inspects the servers of a store.
pub(crate) struct Inspector {
    prefix: String,
    is_cluster: bool,
    user: String,
    database: i64,
}

impl Inspector {
    /// The inspector of servers that are logged in to like this.
    pub(crate) fn new(prefix: &str, login: &ConnectionInfo, is_cluster: bool) -> Self {
        let settings = login.redis_settings();
        Self {
            prefix: prefix.to_owned(),
            is_cluster,
            user: settings.username().unwrap_or("default").to_owned(),
            database: settings.db(),
        }
    }

    /// Inspects the server of a new connection. An outer error is of the moment.
    pub(crate) async fn inspect(
        &self,
        connection: &mut MultiplexedConnection,
        server: &str,
    ) -> RedisResult<Result<Findings, UnfitServer>> {
        let command = self.command(Purpose::Connecting);
        let error = match connection.send_packed_command(&command).await? {
            Value::ServerError(error) => RedisError::from(error),
            answer => return Ok(self.read(answer, server)),
        };
        if let Some(unfit) = self.refused(&error, "+eval", server) {
            return Ok(Err(unfit));
        }
        if error.kind() != ErrorKind::Server(ServerErrorKind::ResponseError) {
            return Err(error);
        }
        let source = Arc::new(error);
        let info: RedisResult<String> = cmd("INFO").arg("server").query_async(connection).await;
        let server = server.to_owned();
        Ok(Err(match ServerInfo::new(&info.unwrap_or_default()).version_too_old() {
            Some(version) => UnfitServer::TooOld { server, version: version.to_owned(), source },
            None => UnfitServer::Scripts { server, source },
        }))
    }

    /// The question.
    pub(crate) fn command(&self, purpose: Purpose) -> Cmd {
        let first = match purpose {
            Purpose::Connecting => "#!lua flags=no-writes,allow-oom,allow-stale\n",
            Purpose::Writing => "#!lua\n",
        };
        let mut command = cmd("EVAL");
        command.arg([first, CODE].concat()).arg(0).arg(&self.prefix).arg(self.database);
        command.arg(if self.is_cluster { "cluster" } else { "" });
        command
    }

    /// What the answer says.
    pub(crate) fn read(&self, answer: Value, server: &str) -> Result<Findings, UnfitServer> {
        let inspected = Inspected::read(answer).ok_or_else(|| {
            let source =
                RedisError::from((ErrorKind::UnexpectedReturnType, "another answer was expected"));
            UnfitServer::Scripts { server: server.to_owned(), source: Arc::new(source) }
        })?;
        if inspected.missing.is_empty() {
            return Ok(inspected.findings(server, &self.user));
        }
        Err(self.lacks(inspected.missing.join(" "), server))
    }

    /// What the refusal of a command means, if the user lacks this right to it.
    pub(crate) fn refused(
        &self,
        error: &RedisError,
        rule: &str,
        server: &str,
    ) -> Option<UnfitServer> {
        is_refusal(error).then(|| self.lacks(rule.to_owned(), server))
    }

    /// What the refusal to be connected means, if the server is older than the protocol.
    pub(crate) fn refused_to_connect(error: &RedisError, server: &str) -> Option<UnfitServer> {
        (error.kind() == ErrorKind::RESP3NotSupported).then(|| UnfitServer::TooOld {
            server: server.to_owned(),
            version: "5 or older".to_owned(),
            source: Arc::new(error.clone()),
        })
    }

    /// Whether a connection may have been refused for its database. The driver does not say so; a connection to the
    /// default one can be asked.
    pub(crate) fn may_be_of_database(&self, error: &RedisError) -> bool {
        self.database != 0 && error.kind() == ErrorKind::Server(ServerErrorKind::ResponseError)
    }

    fn lacks(&self, rules: String, server: &str) -> UnfitServer {
        UnfitServer::Rights { server: server.to_owned(), user: self.user.clone(), rules }
    }
}

/// Whether the user may not do it.
fn is_refusal(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoPerm)
}
