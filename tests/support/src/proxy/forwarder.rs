//! The forwarder: accepts a proxy's clients, connects each to the server, and passes bytes as its mode says.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::round_trips::RoundTripCounter;

/// What happens to the bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    Pass,
    Delay(Duration),
    BlackHole,
    HalfOpen,
    Cut,
}

/// What each connection needs to know.
#[derive(Clone, Debug)]
pub(crate) struct Forwarder {
    pub(crate) server: watch::Receiver<SocketAddr>,
    /// How many messages that ask for an answer have passed.
    pub(crate) round_trips: Arc<AtomicU64>,
    pub(crate) modes: watch::Receiver<Mode>,
}

/// Keeps a port from others while connections to it are refused.
async fn hold(address: SocketAddr) -> TcpSocket {
    loop {
        let socket = TcpSocket::new_v4().expect("there is room for a socket");
        socket.set_reuseaddr(true).expect("a new socket takes options");
        if socket.bind(address).is_ok() {
            return socket;
        }
        sleep(Duration::from_millis(1)).await;
    }
}

impl Forwarder {
    /// Serves clients until aborted, and confirms each mode once it is in force.
    pub(crate) async fn listen(mut self, listener: TcpListener, confirm: watch::Sender<Mode>) {
        let address = listener.local_addr().expect("it is bound");
        let mut listener = Some(listener);
        let mut held = None;
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                Ok(()) = self.modes.changed() => {
                    let mode = *self.modes.borrow_and_update();
                    if mode == Mode::Cut {
                        listener = None;
                        held = Some(hold(address).await);
                        connections.shutdown().await;
                    } else if let Some(port) = held.take() {
                        listener = Some(port.listen(1024).expect("the port is ours"));
                    }
                    confirm.send_replace(mode);
                }
                client = accept(listener.as_ref()) => {
                    connections.spawn(self.clone().serve(client));
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }

    async fn serve(mut self, mut client: TcpStream) {
        let mut modes = self.modes.clone();
        let half_open = async |modes: &mut watch::Receiver<Mode>| {
            let _ = modes.wait_for(|mode| *mode == Mode::HalfOpen).await;
        };
        tokio::select! {
            _ = self.carry(&mut client) => return,
            () = half_open(&mut modes) => {}
        }
        let _ = modes.wait_for(|mode| *mode != Mode::HalfOpen).await;
        let _ = client.readable().await;
        let _ = client.set_zero_linger();
    }

    async fn carry(&mut self, client: &mut TcpStream) -> io::Result<()> {
        self.pass().await;
        let server = *self.server.borrow();
        let mut server = TcpStream::connect(server).await?;
        server.set_nodelay(true)?;
        client.set_nodelay(true)?;
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let mut counter = RoundTripCounter::default();
        let round_trips = Arc::clone(&self.round_trips);
        let count = |bytes: &[u8]| {
            round_trips.fetch_add(counter.read(bytes), Ordering::SeqCst);
        };
        tokio::try_join!(
            self.clone().pump(from_client, to_server, count),
            self.clone().pump(from_server, to_client, |_| ()),
        )?;
        Ok(())
    }

    async fn pump(
        mut self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
        mut observe: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = from.read(&mut buffer).await?;
            self.pass().await;
            if read == 0 {
                return to.shutdown().await;
            }
            observe(&buffer[..read]);
            to.write_all(&buffer[..read]).await?;
        }
    }

    /// Returns when bytes may pass, after the delay if there is one.
    async fn pass(&mut self) {
        let passing = |mode: &Mode| matches!(mode, Mode::Pass | Mode::Delay(_));
        let mode = self.modes.wait_for(passing).await.map(|mode| *mode);
        if let Ok(Mode::Delay(delay)) = mode {
            tokio::time::sleep(delay).await;
            let _ = self.modes.wait_for(passing).await;
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> TcpStream {
    let Some(listener) = listener else {
        return std::future::pending().await;
    };
    loop {
        match listener.accept().await {
            Ok((client, _)) => return client,
            // Out of descriptors, perhaps: what closes meanwhile gives some back.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}
