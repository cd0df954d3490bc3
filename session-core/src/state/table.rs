//! The table of a session type's fields: its own, and those of its parts, each under its stored name.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use crate::state::access::{Access, Compared, Direct, Uncompared, Within};
use crate::state::field_set::FieldSet;
use crate::state::field_value::{FieldValue, OpaqueValue};
use crate::state::frame::{Fields, is_engines};
use crate::state::lens::Lens;
use crate::state::stored_name::StoredName;

/// How many fields of a session type may have a `ttl`.
const MAX_EXPIRING: usize = 64;

/// A struct whose fields are listed: a session type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session",
    label = "not a session",
    note = "put `#[session]` on the struct `{Self}`"
)]
pub trait HasFields: Sized + 'static {
    /// The names under which its fields are stored, for a type that takes it in as a part.
    const STORED_NAMES: &'static [StoredName];

    /// Its fields.
    fn table() -> &'static Table<Self>;
}

/// The fields of the session type `T`. `#[session]` writes one, as a static, from what it lists.
pub struct Table<T: 'static> {
    listed: &'static [Field<T>],
    built: OnceLock<Built<T>>,
}

/// What is built of what is listed.
struct Built<T: 'static> {
    fields: Box<[StoredField<T>]>,
    /// Whether one of them runs out.
    expires: bool,
    /// The place of the one that says whom a session belongs to.
    principal: Option<usize>,
    /// Those of which two that are the same may differ in what is not stored.
    overlooking: FieldSet,
    /// The field that has a name, and how many of its names come before that: its aliases come
    /// after its own.
    names: HashMap<&'static [u8], (usize, usize)>,
}

/// A field as it is stored: of the session type itself, or of a part of it at any depth.
pub(crate) struct StoredField<T: 'static> {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) carried: bool,
    pub(crate) is_principal: bool,
    /// How long after the commit that changed it the field has its default again.
    pub(crate) ttl: Option<Duration>,
    pub(crate) access: &'static dyn Access<T>,
}

impl<T> Table<T> {
    /// Of these fields and parts.
    pub const fn new(listed: &'static [Field<T>]) -> Self {
        Self { listed, built: OnceLock::new() }
    }

    /// The fields, those of parts in the place of the part.
    pub(crate) fn fields(&'static self) -> &'static [StoredField<T>] {
        &self.built().fields
    }

    /// Whether a field has a `ttl`.
    pub(crate) fn expires(&'static self) -> bool {
        self.built().expires
    }

    /// The field that says whom a session belongs to.
    pub(crate) fn principal(&'static self) -> Option<&'static StoredField<T>> {
        let Built { fields, principal, .. } = self.built();
        principal.map(|place| &fields[place])
    }

    /// The fields that would be stored differently for the two states.
    pub(crate) fn differing(&'static self, one: &T, other: &T) -> FieldSet {
        let fields = self.fields().iter().enumerate();
        fields.filter(|(_, field)| !field.access.same(one, other)).map(|(place, _)| place).collect()
    }

    /// The fields of which two that are the same may differ in what is not stored.
    pub(crate) fn overlooking(&'static self) -> &'static FieldSet {
        &self.built().overlooking
    }

    /// Finds fields by the names under which they are stored, one after the other.
    pub(crate) fn finder(&'static self) -> Finder<T> {
        Finder { built: self.built(), next: 0 }
    }

    fn built(&'static self) -> &'static Built<T> {
        self.built.get_or_init(|| {
            let fields: Box<[_]> = self.listed.iter().flat_map(Field::stored).collect();
            let names = fields.iter().enumerate().flat_map(|(index, field)| {
                let names = std::iter::once(&field.name).chain(field.aliases);
                names.enumerate().map(move |(rank, name)| (name.as_bytes(), (index, rank)))
            });
            let expiring = fields.iter().filter(|field| field.ttl.is_some()).count();
            assert!(expiring <= MAX_EXPIRING, "a session type has at most 64 fields with a `ttl`");
            let overlooking =
                fields.iter().enumerate().filter(|(_, field)| !field.access.sees_all());
            Built {
                expires: expiring > 0,
                principal: fields.iter().position(|field| field.is_principal),
                overlooking: overlooking.map(|(place, _)| place).collect(),
                names: names.collect(),
                fields,
            }
        })
    }
}

/// Finds the fields of a record in a table.
pub(crate) struct Finder<T: 'static> {
    built: &'static Built<T>,
    /// The place after that of the last one: most records have the fields in the order of the table.
    next: usize,
}

/// A field that was found.
pub(crate) struct FieldMatch<T: 'static> {
    pub(crate) place: usize,
    pub(crate) field: &'static StoredField<T>,
    /// How many of its names come before the one that it was found under.
    rank: usize,
}

impl<T> Finder<T> {
    /// The field that has this name.
    pub(crate) fn find(&mut self, name: &[u8]) -> Option<FieldMatch<T>> {
        let Built { fields, names, .. } = self.built;
        let (place, rank) = match fields.get(self.next) {
            Some(field) if field.name.as_bytes() == name => (self.next, 0),
            _ if is_engines(name) => return None,
            _ => *names.get(name)?,
        };
        self.next = place + 1;
        Some(FieldMatch { place, field: &fields[place], rank })
    }
}

impl<T> FieldMatch<T> {
    /// Whether this is not the field's value, since it is stored under a name too that comes first: of
    /// several its own counts, or else the first alias.
    pub(crate) fn is_overridden(&self, stored: Fields<'_>) -> bool {
        let names = std::iter::once(&self.field.name).chain(self.field.aliases);
        names.take(self.rank).any(|name| stored.find(name).is_some())
    }
}

impl<T> fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Table").field(&self.listed).finish()
    }
}

/// A field of the session type `T`, or a part of it, as a row of its table.
pub struct Field<T: 'static> {
    name: &'static str,
    aliases: &'static [&'static str],
    carried: bool,
    is_principal: bool,
    ttl: Option<Duration>,
    kind: Kind<T>,
}

enum Kind<T: 'static> {
    Value(&'static dyn Access<T>),
    /// The fields of the part that is stored under this prefix.
    Part(fn(&'static str) -> Vec<StoredField<T>>),
}

impl<T: 'static> Field<T> {
    /// The field that `L` reaches, stored under `name`.
    pub const fn of<L: Lens<State = T, Value: FieldValue>>(name: &'static str) -> Self {
        Self::new(name, Kind::Value(const { &Direct::<L, Compared>::NEW }))
    }

    /// The same of a type that need not have `PartialEq`: its values are compared by their JSON.
    pub const fn opaque<L: Lens<State = T, Value: OpaqueValue>>(name: &'static str) -> Self {
        Self::new(name, Kind::Value(const { &Direct::<L, Uncompared>::NEW }))
    }

    /// The part that `L` reaches: the fields of another session type, each stored under `prefix`,
    /// a dot and its own name. They keep their options.
    pub const fn part<L: Lens<State = T, Value: HasFields>>(prefix: &'static str) -> Self {
        Self::new(prefix, Kind::Part(fields_of_part::<L>))
    }

    const fn new(name: &'static str, kind: Kind<T>) -> Self {
        Self { name, aliases: &[], carried: false, is_principal: false, ttl: None, kind }
    }

    /// Also read under these names.
    pub const fn alias(mut self, names: &'static [&'static str]) -> Self {
        self.aliases = names;
        self
    }

    /// Kept when the session passes from one principal to another, or to none.
    pub const fn carry(mut self) -> Self {
        self.carried = true;
        self
    }

    /// Says whom the session belongs to.
    pub const fn principal(mut self) -> Self {
        self.is_principal = true;
        self
    }

    /// Back at its default so many seconds after the commit that changed it.
    pub const fn ttl(mut self, seconds: u64) -> Self {
        self.ttl = Some(Duration::from_secs(seconds));
        self
    }

    /// The fields that are stored for this row.
    pub(crate) fn stored(&self) -> Vec<StoredField<T>> {
        let &Self { name, aliases, carried, is_principal, ttl, .. } = self;
        match self.kind {
            Kind::Value(access) => {
                vec![StoredField { name, aliases, carried, is_principal, ttl, access }]
            }
            Kind::Part(fields) => fields(name),
        }
    }
}

/// The fields of a part. They are made once, for as long as the program runs.
fn fields_of_part<L: Lens<Value: HasFields>>(prefix: &'static str) -> Vec<StoredField<L::State>> {
    let prefixed = |name: &&'static str| -> &'static str {
        Box::leak(format!("{prefix}.{name}").into_boxed_str())
    };
    let fields = L::Value::table().fields();
    let field = |field: &StoredField<L::Value>| StoredField {
        name: prefixed(&field.name),
        aliases: field.aliases.iter().map(prefixed).collect::<Vec<_>>().leak(),
        carried: field.carried,
        is_principal: field.is_principal,
        ttl: field.ttl,
        access: Box::leak(Box::new(Within::<L>(field.access))),
    };
    fields.iter().map(field).collect()
}

impl<T> fmt::Debug for Field<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, aliases, carried, is_principal, ttl, kind } = self;
        f.debug_struct("Field")
            .field("name", name)
            .field("aliases", aliases)
            .field("carried", carried)
            .field("is_principal", is_principal)
            .field("ttl", ttl)
            .field("is_part", &matches!(kind, Kind::Part(_)))
            .finish()
    }
}
