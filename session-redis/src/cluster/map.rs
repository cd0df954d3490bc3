//! Which node has which slot, as one of them says.

use std::collections::HashSet;

use redis::Value;

use super::slot::SLOTS;

/// Where a node listens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Address {
    pub(super) host: String,
    pub(super) port: u16,
}

impl Address {
    /// What stands in `MOVED 3999 127.0.0.1:6381`, as `node` said it: no host means its own.
    pub(super) fn redirected(text: &str, node: &Self) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let host = if host.is_empty() { &node.host } else { host };
        Some(Self { host: host.to_owned(), port: port.parse().ok()? })
    }
}

/// The masters by slot.
#[derive(Clone, Debug)]
pub(super) struct Map {
    masters: Vec<Address>,
    slots: Vec<Option<u16>>,
}

impl Map {
    /// Reads the answer to `CLUSTER SLOTS` from `node`: ranges with a master and its replicas.
    pub(super) fn read(answer: &Value, node: &Address) -> Option<Self> {
        let Value::Array(ranges) = answer else {
            return None;
        };
        let mut map = Self { masters: Vec::new(), slots: vec![None; SLOTS] };
        for range in ranges {
            let Value::Array(range) = range else {
                return None;
            };
            let [Value::Int(first), Value::Int(last), Value::Array(master), ..] = &range[..] else {
                return None;
            };
            let [host, Value::Int(port), ..] = &master[..] else {
                return None;
            };
            let host = match host {
                Value::BulkString(host) if !host.is_empty() => std::str::from_utf8(host).ok()?,
                _ => &node.host,
            };
            let master = Address { host: host.to_owned(), port: u16::try_from(*port).ok()? };
            let first = usize::try_from(*first).ok()?;
            let last = usize::try_from(*last).ok()?;
            let index = map.index(master)?;
            map.slots.get_mut(first..=last)?.fill(Some(index));
        }
        (!map.masters.is_empty()).then_some(map)
    }

    pub(super) fn master(&self, slot: usize) -> Option<&Address> {
        let index = self.slots.get(slot).copied().flatten()?;
        self.masters.get(usize::from(index))
    }

    pub(super) fn masters(&self) -> HashSet<Address> {
        self.masters.iter().cloned().collect()
    }

    /// Notes that a slot has moved.
    pub(super) fn moved(&mut self, slot: usize, master: Address) {
        let index = self.index(master);
        if let Some(place) = self.slots.get_mut(slot) {
            *place = index;
        }
    }

    fn index(&mut self, master: Address) -> Option<u16> {
        let known = self.masters.iter().position(|known| *known == master);
        let index = known.unwrap_or_else(|| {
            self.masters.push(master);
            self.masters.len() - 1
        });
        u16::try_from(index).ok()
    }
}
