//! The slot map: which master has which slot, as one node says.

use std::collections::HashSet;

use redis::Value;

use super::address::Address;
use super::hash_slot::HASH_SLOTS;

/// The masters by slot.
#[derive(Clone, Debug)]
pub(super) struct SlotMap {
    masters: Vec<Address>,
    slots: Vec<Option<u16>>,
}

impl SlotMap {
    /// Reads the answer to `CLUSTER SLOTS` from `node`: ranges with a master and its replicas.
    pub(super) fn read(answer: &Value, node: &Address) -> Option<Self> {
        let Value::Array(ranges) = answer else {
            return None;
        };
        let mut map = Self { masters: Vec::new(), slots: vec![None; HASH_SLOTS] };
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

    /// How many slots no master has.
    pub(super) fn unassigned(&self) -> usize {
        self.slots.iter().filter(|slot| slot.is_none()).count()
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
