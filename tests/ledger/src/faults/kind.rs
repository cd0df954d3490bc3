//! The kinds of faults, and which of them a store can suffer.

use std::fmt;

use crate::stores::Kind;

/// What goes wrong in the middle of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The server is killed, and started again when it is over. Where there is a replica, it takes over.
    Kill,
    /// The server is killed and started again at once, three times.
    Restart,
    /// The server stands still. Where there is a replica, it takes over.
    Freeze,
    /// Nothing passes between nodes and server; what was sent arrives when it is over.
    Silent,
    /// Every connection ends, and new ones are refused.
    Cut,
    /// Every connection ends, ten times a second.
    Flicker,
    /// The server forgets every connection, and the nodes are told nothing.
    HalfOpen,
    /// Every packet is 150 ms late.
    Slow,
    /// The replica takes over in good order.
    FailOver,
    /// The replica is killed, and the primary waits for it.
    ReplicaKill,
    /// The pooler is killed, and started again when it is over.
    PoolerKill,
    /// No file can be written to.
    DiskFull,
    /// Another program keeps the file locked.
    Locked,
    /// One node after the other is killed and started again.
    NodeKill,
    /// A node stands still.
    NodeFreeze,
}

impl Fault {
    const ALL: [Self; 16] = [
        Self::None,
        Self::Kill,
        Self::Restart,
        Self::Freeze,
        Self::Silent,
        Self::Cut,
        Self::Flicker,
        Self::HalfOpen,
        Self::Slow,
        Self::FailOver,
        Self::ReplicaKill,
        Self::PoolerKill,
        Self::DiskFull,
        Self::Locked,
        Self::NodeKill,
        Self::NodeFreeze,
    ];

    /// What the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Kill => "kill",
            Self::Restart => "restart",
            Self::Freeze => "freeze",
            Self::Silent => "silent",
            Self::Cut => "cut",
            Self::Flicker => "flicker",
            Self::HalfOpen => "half-open",
            Self::Slow => "slow",
            Self::FailOver => "failover",
            Self::ReplicaKill => "replica-kill",
            Self::PoolerKill => "pooler-kill",
            Self::DiskFull => "disk-full",
            Self::Locked => "locked",
            Self::NodeKill => "node-kill",
            Self::NodeFreeze => "node-freeze",
        }
    }

    /// The fault of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    /// The faults that this store can suffer.
    pub fn of(kind: Kind) -> Vec<Self> {
        Self::ALL.into_iter().filter(|fault| fault.can_hit(kind)).collect()
    }

    fn can_hit(self, kind: Kind) -> bool {
        let replicated =
            matches!(kind, Kind::Standby | Kind::Sentinel | Kind::Guarded | Kind::Cluster);
        // Addresses in Sentinel and Cluster are the servers' own, and lead past every proxy.
        let proxied = !matches!(
            kind,
            Kind::Memory | Kind::Sqlite | Kind::Sentinel | Kind::Guarded | Kind::Cluster
        );
        match self {
            Self::None => true,
            Self::Kill | Self::Freeze => !matches!(kind, Kind::Memory | Kind::Sqlite),
            Self::Restart => proxied && kind != Kind::Standby,
            Self::Silent | Self::Cut | Self::Flicker | Self::HalfOpen | Self::Slow => proxied,
            Self::FailOver => replicated,
            Self::ReplicaKill => kind == Kind::Standby,
            Self::PoolerKill => kind == Kind::PgBouncer,
            Self::DiskFull => matches!(kind, Kind::Sqlite | Kind::Postgres | Kind::Redis),
            Self::Locked => kind == Kind::Sqlite,
            Self::NodeKill | Self::NodeFreeze => kind != Kind::Memory,
        }
    }

    /// Whether a replica becomes the server.
    pub(crate) fn fails_over(self, kind: Kind) -> bool {
        let replicated =
            matches!(kind, Kind::Standby | Kind::Sentinel | Kind::Guarded | Kind::Cluster);
        replicated && matches!(self, Self::Kill | Self::Freeze | Self::FailOver)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_found_by_its_name_and_each_can_hit_some_store() {
        for fault in Fault::ALL {
            assert_eq!(Fault::named(fault.name()), Some(fault));
            assert!(Kind::ALL.into_iter().any(|kind| fault.can_hit(kind)), "{fault}");
        }
        assert_eq!(Fault::of(Kind::Memory), [Fault::None]);
    }
}
