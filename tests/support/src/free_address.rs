//! Addresses of 127.0.0.1 whose ports stay free while their server is down.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The first port that is given out. All lie below the range from which Linux takes the local ports of outgoing
/// connections. A client that keeps calling a dead server could otherwise be given that server's port as its own,
/// connect to itself, and keep the server from coming back.
const FIRST: u16 = 10_000;
/// How many blocks of ports there are.
const BLOCKS: u64 = 200;
/// How many ports a block has.
const BLOCK_SIZE: u16 = 100;

/// An address of 127.0.0.1 on which nobody listens now, and which is given to nobody else as long as this process runs.
///
/// Another program may still take the port first: whoever listens tries again.
pub fn free_address() -> SocketAddr {
    static RESERVED: Mutex<Vec<Block>> = Mutex::new(Vec::new());

    let mut blocks = RESERVED.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let Some(port) = blocks.last_mut().and_then(|block| block.ports.next()) else {
            blocks.push(Block::reserve());
            continue;
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// Ports of this process alone: a file in the temporary directory is locked until it ends.
struct Block {
    ports: Range<u16>,
    _lock: File,
}

impl Block {
    fn reserve() -> Self {
        let attempt = || {
            let random = RandomState::new().hash_one(std::process::id()) % BLOCKS;
            let first = FIRST + BLOCK_SIZE * u16::try_from(random).expect("it is below 200");
            let file = std::env::temp_dir().join(format!("session-tests-ports-{first}"));
            // One that another user has made cannot be opened.
            let lock = File::create(file).ok().filter(|file| file.try_lock().is_ok())?;
            Some(Self { ports: first..first + BLOCK_SIZE, _lock: lock })
        };
        std::iter::repeat_with(attempt)
            .take(10_000)
            .find_map(|block| block)
            .expect("there is a block that nobody has reserved")
    }
}
