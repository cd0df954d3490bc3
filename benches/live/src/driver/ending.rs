//! The kinds of ending, and the sessions that are ended in each of these ways.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use super::backend::Backend;
use super::http::{EventStream, Moment, Request, now};
use super::nodes::{Nodes, Visitor};
use crate::node::BRIEF_ABSOLUTE;

/// How a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    LogOut,
    Revoke,
    RevokeOthers,
    RevokeAll,
    OneTooMany,
    Theft,
    Another,
    Removed,
    Idle,
    Absolute,
}

impl Ending {
    pub(super) const ALL: [Self; 10] = [
        Self::LogOut,
        Self::Revoke,
        Self::RevokeOthers,
        Self::RevokeAll,
        Self::OneTooMany,
        Self::Theft,
        Self::Another,
        Self::Removed,
        Self::Idle,
        Self::Absolute,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::LogOut => "log-out",
            Self::Revoke => "`revoke`",
            Self::RevokeOthers => "`revoke_others`",
            Self::RevokeAll => "`revoke_all`",
            Self::OneTooMany => "a log-in beyond `max_per_principal`",
            Self::Theft => "theft",
            Self::Another => "log-in by somebody else",
            Self::Removed => "removed by hand",
            Self::Idle => "idle limit",
            Self::Absolute => "absolute limit",
        }
    }

    /// Whether its time comes by itself.
    pub(super) fn is_expiry(self) -> bool {
        matches!(self, Self::Idle | Self::Absolute)
    }
}

/// A session that is to end, and its open event streams.
#[derive(Debug)]
pub(super) struct Victim {
    pub(super) ending: Ending,
    /// The node that ends it.
    pub(super) home: usize,
    pub(super) visitor: Visitor,
    user: String,
    /// The secret from before the log-in, which a thief has.
    stolen: Option<String>,
    /// Another session of the same user, which goes on.
    mate: Option<(Visitor, Option<EventStream>)>,
    /// One on each node.
    pub(super) streams: Vec<EventStream>,
    /// When its end was acknowledged, or its limit.
    pub(super) ended: Option<Moment>,
}

/// A user that there was never before.
pub(super) fn new_user() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    format!("user-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Victim {
    /// Without connections. A theft is one only ten seconds after this.
    pub(super) async fn prepare(ending: Ending, home: usize, nodes: &Nodes) -> Self {
        let node = &nodes.nodes[home];
        let user = new_user();
        let mut stolen = None;
        let visitor = match ending {
            Ending::Theft => {
                let before = node.post("/visit", None).await.ok().cookie.expect("it begins");
                let path = format!("/log-in/{user}");
                let visitor = node.visitor(&path, Some(&before)).await;
                node.post("/visit", Some(&visitor.cookie)).await.ok();
                stolen = Some(before);
                visitor
            }
            Ending::Idle | Ending::Absolute => node.log_in_briefly(&user).await,
            _ => node.log_in(&user).await,
        };
        let mate = match ending {
            Ending::RevokeOthers | Ending::OneTooMany => Some((node.log_in(&user).await, None)),
            _ => None,
        };
        let ended = match ending {
            Ending::Idle => Some(visitor.expires),
            Ending::Absolute => Some(visitor.authenticated + micros(BRIEF_ABSOLUTE)),
            _ => None,
        };
        Self { ending, home, visitor, user, stolen, mate, streams: Vec::new(), ended }
    }

    /// Opens its streams.
    pub(super) async fn connect(&mut self, nodes: &Nodes) {
        for node in &nodes.nodes {
            self.streams.push(node.listen(&self.visitor.cookie).await);
        }
        if let Some((mate, stream)) = &mut self.mate {
            *stream = Some(nodes.nodes[self.home].listen(&mate.cookie).await);
        }
        if let (Ending::Absolute, Some(limit)) = (self.ending, self.ended) {
            let address = nodes.nodes[self.home].address();
            tokio::spawn(keep_in_use(address, self.visitor.cookie.clone(), limit));
        }
    }

    /// Ends it, if it does not by itself.
    pub(super) async fn end(&mut self, nodes: &Nodes, backend: &Backend) {
        let node = &nodes.nodes[self.home];
        let Visitor { cookie, handle, .. } = &self.visitor;
        let (path, cookie) = match self.ending {
            Ending::LogOut => ("/log-out".to_owned(), Some(&**cookie)),
            Ending::Revoke => (format!("/revoke/{handle}"), None),
            Ending::RevokeOthers => {
                let mate = self.mate.as_ref().map(|(mate, _)| &*mate.cookie);
                ("/revoke-others".to_owned(), mate)
            }
            Ending::RevokeAll => (format!("/revoke-all/{}", self.user), None),
            Ending::OneTooMany => (format!("/log-in/{}", self.user), None),
            Ending::Theft => ("/visit".to_owned(), self.stolen.as_deref()),
            Ending::Another => (format!("/log-in/{}", new_user()), Some(&**cookie)),
            Ending::Removed => {
                self.ended = Some(backend.remove(handle).await);
                return;
            }
            Ending::Idle | Ending::Absolute => return,
        };
        let reply = node.post(&path, cookie).await;
        assert!(
            reply.status == 200 || self.ending == Ending::Theft,
            "{path} is answered {}",
            reply.status
        );
        self.ended = Some(reply.arrived);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.streams.iter().all(|stream| stream.closed().is_some())
    }

    /// How many streams of its user's other session were closed.
    pub(super) fn wrongly_closed(&self) -> usize {
        let mate = self.mate.as_ref().and_then(|(_, stream)| stream.as_ref());
        usize::from(mate.is_some_and(|stream| stream.closed().is_some()))
    }

    /// Those of its streams that go on beside it.
    pub(super) fn mates(&self) -> usize {
        usize::from(self.mate.is_some())
    }
}

/// Uses a session until this moment.
async fn keep_in_use(node: SocketAddr, cookie: String, until: Moment) {
    while now() < until {
        let request = Request { method: "POST", path: "/use", cookie: Some(&cookie), body: "" };
        _ = request.send(node).await;
        sleep(Duration::from_millis(500)).await;
    }
}

pub(super) fn micros(duration: Duration) -> Moment {
    duration.as_micros().try_into().expect("it is short")
}
