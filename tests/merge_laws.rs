//! The laws by which two changes to one field meet, for any values.

#[path = "merge_laws/overlap.rs"]
mod overlap;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Debug;
use std::hash::Hash;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use session_core::merge::{Append, Summable, Union, append, max, min, sum, union};

use crate::overlap::overlapping;
