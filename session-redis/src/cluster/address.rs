//! The address of a node.

use redis::{ConnectionAddr, ConnectionInfo, RedisError, RedisResult};

/// Where a node listens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Address {
    pub(super) host: String,
    pub(super) port: u16,
}

impl Address {
    /// The address that a client was given.
    pub(super) fn of(info: &ConnectionInfo) -> RedisResult<Self> {
        match info.addr() {
            ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => {
                Ok(Self { host: host.clone(), port: *port })
            }
            _ => Err(no_address()),
        }
    }

    /// The address in `MOVED 3999 127.0.0.1:6381`, an answer of `node`: no host means its own.
    pub(super) fn redirected(text: &str, node: &Self) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let host = if host.is_empty() { &node.host } else { host };
        Some(Self { host: host.to_owned(), port: port.parse().ok()? })
    }
}

pub(super) fn no_address() -> RedisError {
    let message = "a cluster needs the address of at least one node, and no socket's path";
    (redis::ErrorKind::InvalidClientConfig, message).into()
}
