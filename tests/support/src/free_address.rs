//! Addresses of 127.0.0.1 whose ports stay free while their server is down.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// An address of 127.0.0.1 on which nobody listens now.
///
/// The port lies below the range from which Linux takes the local ports of outgoing connections. A client that
/// keeps calling a dead server could otherwise be given that server's port as its own, connect to itself, and keep
/// the server from coming back. Another process may still take the port first: whoever listens tries again.
pub fn free_address() -> SocketAddr {
    loop {
        let random = RandomState::new().hash_one(std::process::id());
        let port = 10_000 + u16::try_from(random % 20_000).expect("it is below 20,000");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
