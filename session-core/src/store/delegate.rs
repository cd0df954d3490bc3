//! Stores around stores: what calls another store, and does something of its own beside it.

/// An operation of a store: a method of [`Store`](super::Store).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "they are the methods of `Store`")]
pub enum Operation {
    Load,
    Insert,
    Update,
    Touch,
    Delete,
    List,
    Alive,
    Endings,
    DeleteAll,
    Sweep,
    Health,
}

impl Operation {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Load,
        Self::Insert,
        Self::Update,
        Self::Touch,
        Self::Delete,
        Self::List,
        Self::Alive,
        Self::Endings,
        Self::DeleteAll,
        Self::Sweep,
        Self::Health,
    ];
}

/// Writes the methods of a [`Store`](crate::Store) that hands its calls on to another store, in its field.
///
/// | in `impl Store for …` | what it writes |
/// | --- | --- |
/// | `delegate_store!(self.store);` | each method calls the same one of the field `store` |
/// | `delegate_store!(self.store, through call);` | and hands the call, with the [`Operation`](crate::store::Operation) that it is, to the method `call`, which awaits it |
/// | `delegate_store!(self.store, except load, insert);` | all but those: you write them |
/// | `delegate_store!(self.store, through call, except load);` | both |
///
/// No method can be forgotten, nor one that a later release adds with a default.
///
/// A store that counts the calls that fail, around any other:
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use session_core::store::Operation;
/// use session_core::{Store, StoreError, delegate_store};
///
/// #[derive(Debug)]
/// struct Counted<S> {
///     store: S,
///     failures: Arc<AtomicU64>,
/// }
///
/// impl<S: Store> Counted<S> {
///     async fn call<R>(
///         &self,
///         operation: Operation,
///         call: impl Future<Output = Result<R, StoreError>>,
///     ) -> Result<R, StoreError> {
///         let answer = call.await;
///         if let Err(error) = &answer {
///             eprintln!("{operation:?}: {error}");
///             self.failures.fetch_add(1, Ordering::Relaxed);
///         }
///         answer
///     }
/// }
///
/// impl<S: Store> Store for Counted<S> {
///     delegate_store!(self.store, through call);
/// }
///
/// // It keeps to the contract, as what it is around does.
/// session_core::conformance!(async {
///     Counted { store: session_core::MemoryStore::new(), failures: Arc::default() }
/// });
/// # fn main() {}
/// ```
#[macro_export]
#[doc(alias("middleware", "wrapper", "metrics", "decorator"))]
macro_rules! delegate_store {
    ($this:ident . $store:ident $(, through $through:ident)? $(, except $($own:ident),+)? $(,)?) => {
        $crate::delegate_store! { @all $this $store [$($through)?] [$($($own)+)?] }
    };
    (@all $this:ident $store:ident $through:tt $own:tt) => {
        $crate::delegate_store! { @unless load $own {
            async fn load(&$this, handle: $crate::Handle, now: $crate::Now) -> Result<Option<$crate::store::Record>, $crate::StoreError> {
                #[allow(unused_imports)]
                use $crate::Store as _;
                $crate::delegate_store!(@call $this $through Load $this.$store.load(handle, now))
            }
        } }
        $crate::delegate_store! { @unless insert $own {
            async fn insert(&$this, insert: $crate::store::Insert, now: $crate::Now) -> Result<$crate::store::Inserted, $crate::StoreError> {
                #[allow(unused_imports)]
                use $crate::Store as _;
                $crate::delegate_store!(@call $this $through Insert $this.$store.insert(insert, now))
            }
        } }
        $crate::delegate_store! { @unless update $own {
            async fn update(&$this, update: $crate::store::Update, now: $crate::Now) -> Result<$crate::store::Updated, $crate::StoreError> {
                #[allow(unused_imports)]
                use $crate::Store as _;
                $crate::delegate_store!(@call $this $through Update $this.$store.update(update, now))
            }
        } }
        $crate::delegate_store! { @unless touch $own {
            async fn touch(&$this, handle: $crate::Handle, idle: ::std::time::Duration, now: $crate::Now) -> Result<bool, $crate::StoreError> {
                #[allow(unused_imports)]
                use $crate::Store as _;
                $crate::delegate_store!(@call $this $through Touch $this.$store.touch(handle, idle, now))
            }
        } }
        $crate::delegate_store! { @unless delete $own {
            async fn delete(&$this, handle: $crate::Handle, remember: Option<::std::time::Duration>, now: $crate::Now) -> Result<bool, $crate::StoreError> {
                #[allow(unused_imports)]
                use $crate::Store as _;
                $crate::delegate_store!(@call $this $through Delete $this.$store.delete(handle, remember, now))
            }
        } }
        $crate::delegate_store! { @unless list $own {
            async fn list(&$this, principal: &str, query: $crate::store::ListQuery, now: $crate::Now) -> Result<$crate::store::Page, $crate::StoreError> {
                #[allow(unused_imports)]
                use $crate::Store as _;
                $crate::delegate_store!(@call $this $through List $this.$store.list(principal, query, now))
            }
        } }
        $crate::delegate_store! { @unless alive $own {
            async fn alive(&$this, handles: &[$crate::Handle], now: $crate::Now) -> Result<Vec<Option<$crate::store::Liveness>>, $crate::StoreError> {
                #[allow(unused_imports)]
                use $crate::Store as _;
                $crate::delegate_store!(@call $this $through Alive $this.$store.alive(handles, now))
            }
        } }
        $crate::delegate_store! { @unless endings $own {
            async fn endings(&$this) -> Result<Option<$crate::store::Endings>, $crate::StoreError> {
                #[allow(unused_imports)]
                use $crate::Store as _;
                $crate::delegate_store!(@call $this $through Endings $this.$store.endings())
            }
        } }
        $crate::delegate_store! { @unless delete_all $own {
            async fn delete_all(&$this, principal: &str, except: Option<$crate::Handle>, now: $crate::Now) -> Result<$crate::store::Ended, $crate::StoreError> {
                #[allow(unused_imports)]
                use $crate::Store as _;
                $crate::delegate_store!(@call $this $through DeleteAll $this.$store.delete_all(principal, except, now))
            }
        } }
        $crate::delegate_store! { @unless sweep $own {
            async fn sweep(&$this, limit: u32, now: $crate::Now) -> Result<$crate::store::Swept, $crate::StoreError> {
                #[allow(unused_imports)]
                use $crate::Store as _;
                $crate::delegate_store!(@call $this $through Sweep $this.$store.sweep(limit, now))
            }
        } }
        $crate::delegate_store! { @unless health $own {
            async fn health(&$this) -> Result<$crate::store::Health, $crate::StoreError> {
                #[allow(unused_imports)]
                use $crate::Store as _;
                $crate::delegate_store!(@call $this $through Health $this.$store.health())
            }
        } }
    };
    (@call $this:ident [] $operation:ident $call:expr) => {
        $call.await
    };
    (@call $this:ident [$through:ident] $operation:ident $call:expr) => {
        $this.$through($crate::store::Operation::$operation, $call).await
    };
    (@unless load [load $($own:ident)*] $method:tt) => {};
    (@unless insert [insert $($own:ident)*] $method:tt) => {};
    (@unless update [update $($own:ident)*] $method:tt) => {};
    (@unless touch [touch $($own:ident)*] $method:tt) => {};
    (@unless delete [delete $($own:ident)*] $method:tt) => {};
    (@unless list [list $($own:ident)*] $method:tt) => {};
    (@unless alive [alive $($own:ident)*] $method:tt) => {};
    (@unless endings [endings $($own:ident)*] $method:tt) => {};
    (@unless delete_all [delete_all $($own:ident)*] $method:tt) => {};
    (@unless sweep [sweep $($own:ident)*] $method:tt) => {};
    (@unless health [health $($own:ident)*] $method:tt) => {};
    (@unless $name:ident [$other:ident $($own:ident)*] $method:tt) => {
        $crate::delegate_store! { @unless $name [$($own)*] $method }
    };
    (@unless $name:ident [] { $($method:tt)* }) => {
        $($method)*
    };
}
