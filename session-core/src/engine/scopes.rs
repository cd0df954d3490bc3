//! The scopes of a transaction: who has opened a request's session, inside of whom, and whose turn
//! it is.
//!
//! Scopes nest as functions do: a middleware around a handler. Whoever writes holds the session
//! toward all that is inside of it, except while it lends it. Of those that are side by side, one
//! subtree at a time may write: it has the turn of the scope that they are in.

use crate::engine::working_copy::WorkingCopy;

/// A scope of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScopeId(usize);

/// All scopes that a transaction has had.
#[derive(Debug)]
pub(crate) struct Scopes<T> {
    /// Few transactions have more than one.
    first: Option<Node<T>>,
    others: Vec<Node<T>>,
    /// The outermost scope that writes, or inside of which one does.
    turn: Option<ScopeId>,
}

#[derive(Debug)]
struct Node<T> {
    /// The scope that it was opened in, and how often that had lent by then.
    parent: Option<(ScopeId, u32)>,
    hold: Hold,
    lends: u32,
    /// The scope directly in this one that writes, or inside of which one does.
    turn: Option<ScopeId>,
    /// What it was handed, if it may have to be given back. Few scopes are in another.
    handed: Option<Box<Handed<T>>>,
}

/// What a scope was handed.
#[derive(Debug)]
pub(crate) struct Handed<T> {
    pub(crate) copy: WorkingCopy<T>,
    /// What is saved whatever is answered, as far as it was known by then.
    pub(crate) kept: Option<WorkingCopy<T>>,
    /// How often that had been set.
    pub(crate) kept_count: u32,
}

impl<T> Handed<T> {
    pub(crate) fn of(
        copy: &WorkingCopy<T>,
        kept: Option<&WorkingCopy<T>>,
        kept_count: u32,
    ) -> Self {
        Self { copy: copy.clone(), kept: kept.cloned(), kept_count }
    }
}

/// What a scope is to those inside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    /// It reads: others pass.
    Reads,
    /// It writes, and its body has not begun: its function's own extractors may look.
    Extracting,
    /// It writes: others are refused.
    Holds,
    /// It lends what it holds.
    Lends,
    /// It has ended.
    Over,
}

/// How a session is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// By an extractor that looks at it, without a scope.
    Look,
    /// By a closure that changes it, and has it for that long.
    Change,
    Read,
    Write,
}

impl Opening {
    /// Whether it is a function's, for as long as that runs.
    fn is_lasting(self) -> bool {
        matches!(self, Self::Read | Self::Write)
    }
}

/// Whether a scope can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// In this scope, or as the outermost one.
    Free(Option<ScopeId>),
    /// Somebody beside it writes.
    Wait,
    /// A function around it holds the session.
    Held,
    /// Its own function has taken the session already.
    Twice,
    /// What it would be in is not part of the request any more: it is a request of its own.
    CutOff,
}

impl<T> Scopes<T> {
    /// Whether a scope can be opened under this one, which the request names.
    pub(crate) fn admit(&self, under: Option<ScopeId>, opening: Opening) -> Admission {
        let parent = self.nearest_open(under);
        for ancestor in self.ancestors(parent) {
            match self.node(ancestor).hold {
                Hold::Holds => return Admission::Held,
                Hold::Extracting if opening.is_lasting() => return Admission::Twice,
                Hold::Lends if !self.is_attached(ancestor) => return Admission::Held,
                Hold::Extracting | Hold::Lends => break,
                Hold::Reads | Hold::Over => {}
            }
        }
        if parent.is_some_and(|parent| !self.is_attached(parent)) {
            return Admission::CutOff;
        }
        let mut inside = None;
        for scope in self.ancestors(parent) {
            if self.node(scope).turn.is_some_and(|turn| Some(turn) != inside) {
                return Admission::Wait;
            }
            inside = Some(scope);
        }
        if self.turn.is_some_and(|turn| Some(turn) != inside) {
            return Admission::Wait;
        }
        Admission::Free(parent)
    }

    /// Opens a scope that was admitted; a writing one takes its turn, and so do the readers that it
    /// is in. `handed` is what the session is at the moment.
    pub(crate) fn open(
        &mut self,
        parent: Option<ScopeId>,
        opening: Opening,
        handed: impl Fn() -> Handed<T>,
    ) -> ScopeId {
        let writes = matches!(opening, Opening::Change | Opening::Write);
        let scope = self.add(Node {
            parent: parent.map(|parent| (parent, self.node(parent).lends)),
            hold: if writes { Hold::Extracting } else { Hold::Reads },
            lends: 0,
            turn: None,
            handed: None,
        });
        if writes {
            self.take_turns(scope, handed);
        }
        scope
    }

    /// Takes the turn for this scope, and for those that it is in, as far as nobody beside has it.
    /// What they were handed is noted: whatever is left of the session from now on can be taken
    /// back.
    pub(crate) fn take_turns(&mut self, scope: ScopeId, handed: impl Fn() -> Handed<T>) {
        let mut taking = Some(scope);
        while let Some(scope) = taking {
            let parent = self.parent(scope);
            let turn = match parent {
                Some(parent) => &mut self.node_mut(parent).turn,
                None => &mut self.turn,
            };
            match *turn {
                Some(other) if other != scope => return,
                Some(_) => {}
                None => {
                    *turn = Some(scope);
                    if parent.is_some() {
                        self.node_mut(scope).handed = Some(Box::new(handed()));
                    }
                }
            }
            taking = parent;
        }
    }

    /// The body of the scope's function begins, unless it has.
    pub(crate) fn begin(&mut self, scope: ScopeId) -> bool {
        let hold = &mut self.node_mut(scope).hold;
        let begins = *hold == Hold::Extracting;
        if begins {
            *hold = Hold::Holds;
        }
        begins
    }

    /// Begins to lend.
    pub(crate) fn lend(&mut self, scope: ScopeId) {
        self.node_mut(scope).hold = Hold::Lends;
    }

    /// Ends lending; whoever is still open inside is cut off.
    pub(crate) fn take_back(&mut self, scope: ScopeId) {
        let node = self.node_mut(scope);
        node.hold = Hold::Holds;
        node.lends += 1;
        node.turn = None;
    }

    /// Ends a scope, and answers what it was handed, if that was noted.
    pub(crate) fn close(&mut self, scope: ScopeId) -> Option<Box<Handed<T>>> {
        let turn = match self.parent(scope) {
            Some(parent) => &mut self.node_mut(parent).turn,
            None => &mut self.turn,
        };
        turn.take_if(|turn| *turn == scope);
        let node = self.node_mut(scope);
        node.hold = Hold::Over;
        node.handed.take()
    }

    /// Whether a function that this scope is in has taken the session, and has not begun.
    pub(crate) fn is_in_extracting(&self, scope: ScopeId) -> bool {
        let mut around = self.ancestors(Some(scope)).skip(1);
        around.any(|scope| self.node(scope).hold == Hold::Extracting)
    }

    pub(crate) fn is_over(&self, scope: ScopeId) -> bool {
        self.node(scope).hold == Hold::Over
    }

    /// Whether it is part of the request: all that it was opened in is still open, and none has
    /// ended to lend since.
    pub(crate) fn is_attached(&self, scope: ScopeId) -> bool {
        self.ancestors(Some(scope)).last().is_some_and(|outermost| self.is_outermost(outermost))
    }

    pub(crate) fn is_outermost(&self, scope: ScopeId) -> bool {
        self.node(scope).parent.is_none()
    }

    /// Whether it, or something that it was opened in, is open.
    pub(crate) fn is_open(&self, under: Option<ScopeId>) -> bool {
        self.nearest_open(under).is_some()
    }

    /// The scope, or the nearest of those that it was opened in, that has not ended.
    fn nearest_open(&self, mut scope: Option<ScopeId>) -> Option<ScopeId> {
        while let Some(id) = scope {
            let node = self.node(id);
            if node.hold != Hold::Over {
                break;
            }
            scope = node.parent.map(|(parent, _)| parent);
        }
        scope
    }

    /// What the scope was opened in, unless that has ended, or ended to lend, since.
    fn parent(&self, scope: ScopeId) -> Option<ScopeId> {
        let (parent, lends) = self.node(scope).parent?;
        let node = self.node(parent);
        (node.hold != Hold::Over && node.lends == lends).then_some(parent)
    }

    /// This one, and then what each was opened in.
    fn ancestors(&self, scope: Option<ScopeId>) -> impl Iterator<Item = ScopeId> {
        std::iter::successors(scope, |scope| self.parent(*scope))
    }

    fn add(&mut self, node: Node<T>) -> ScopeId {
        if self.first.is_none() {
            self.first = Some(node);
            return ScopeId(0);
        }
        self.others.push(node);
        ScopeId(self.others.len())
    }

    fn node(&self, ScopeId(index): ScopeId) -> &Node<T> {
        match index.checked_sub(1) {
            None => self.first.as_ref().expect("whoever has a scope has opened it"),
            Some(index) => &self.others[index],
        }
    }

    fn node_mut(&mut self, ScopeId(index): ScopeId) -> &mut Node<T> {
        match index.checked_sub(1) {
            None => self.first.as_mut().expect("whoever has a scope has opened it"),
            Some(index) => &mut self.others[index],
        }
    }
}

impl<T> Default for Scopes<T> {
    fn default() -> Self {
        Self { first: None, others: Vec::new(), turn: None }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn handed() -> Handed<()> {
        Handed::of(&WorkingCopy::new(Arc::new(())), None, 0)
    }

    /// Scopes, and one that writes and lends.
    fn lending() -> (Scopes<()>, ScopeId) {
        let mut scopes = Scopes::default();
        let outer = opened(&mut scopes, None, Opening::Write);
        scopes.begin(outer);
        scopes.lend(outer);
        (scopes, outer)
    }

    fn opened(scopes: &mut Scopes<()>, under: Option<ScopeId>, opening: Opening) -> ScopeId {
        assert_eq!(scopes.admit(under, opening), Admission::Free(under));
        scopes.open(under, opening, handed)
    }

    #[test]
    fn what_is_opened_in_a_lender_that_was_cut_off_is_refused() {
        let (mut scopes, outer) = lending();
        let inner = opened(&mut scopes, Some(outer), Opening::Write);
        scopes.begin(inner);
        scopes.lend(inner);
        assert_eq!(scopes.admit(Some(inner), Opening::Read), Admission::Free(Some(inner)));
        scopes.take_back(outer);
        assert!(!scopes.is_attached(inner) && scopes.is_open(Some(inner)));
        assert_eq!(scopes.admit(Some(inner), Opening::Read), Admission::Held);
    }

    #[test]
    fn what_is_opened_in_a_reader_that_was_cut_off_is_a_request_of_its_own() {
        let (mut scopes, outer) = lending();
        let reader = opened(&mut scopes, Some(outer), Opening::Read);
        scopes.take_back(outer);
        for opening in [Opening::Look, Opening::Read, Opening::Write] {
            assert_eq!(scopes.admit(Some(reader), opening), Admission::CutOff);
        }
        scopes.lend(outer);
        assert_eq!(scopes.admit(Some(reader), Opening::Read), Admission::CutOff, "nor later");
        assert_eq!(scopes.admit(Some(outer), Opening::Read), Admission::Free(Some(outer)));
    }

    #[test]
    fn of_two_outermost_ones_one_writes_at_a_time() {
        let mut scopes = Scopes::default();
        let first = opened(&mut scopes, None, Opening::Write);
        for opening in [Opening::Look, Opening::Change, Opening::Read, Opening::Write] {
            assert_eq!(scopes.admit(None, opening), Admission::Wait);
        }
        assert!(scopes.close(first).is_none(), "nothing around has handed it anything");
        assert_eq!(scopes.admit(None, Opening::Write), Admission::Free(None));
    }

    #[test]
    fn readers_side_by_side_take_no_turns_and_a_writer_takes_those_of_all_around_it() {
        let mut scopes = Scopes::default();
        let outer = opened(&mut scopes, None, Opening::Read);
        let [one, other] = [(); 2].map(|()| opened(&mut scopes, Some(outer), Opening::Read));
        let writer = opened(&mut scopes, Some(one), Opening::Write);
        assert_eq!(scopes.admit(Some(other), Opening::Read), Admission::Wait);
        assert_eq!(scopes.admit(None, Opening::Read), Admission::Wait);
        assert!(scopes.close(writer).is_some(), "it was handed the session");
        assert_eq!(scopes.admit(Some(one), Opening::Write), Admission::Free(Some(one)));
        let admission = scopes.admit(Some(other), Opening::Read);
        assert_eq!(admission, Admission::Wait, "until `one` has ended");
        assert!(scopes.close(one).is_some(), "so was the reader around it");
        assert_eq!(scopes.admit(Some(other), Opening::Write), Admission::Free(Some(other)));
    }

    #[test]
    fn a_body_that_has_begun_holds_and_only_its_own_extractors_came_before() {
        let mut scopes = Scopes::default();
        let writer = opened(&mut scopes, None, Opening::Write);
        assert_eq!(scopes.admit(Some(writer), Opening::Look), Admission::Free(Some(writer)));
        assert_eq!(scopes.admit(Some(writer), Opening::Read), Admission::Twice);
        scopes.begin(writer);
        assert_eq!(scopes.admit(Some(writer), Opening::Look), Admission::Held);
        scopes.lend(writer);
        scopes.begin(writer);
        assert_eq!(scopes.admit(Some(writer), Opening::Write), Admission::Free(Some(writer)));
        scopes.take_back(writer);
        assert_eq!(scopes.admit(Some(writer), Opening::Write), Admission::Held);
    }

    #[test]
    fn a_loan_is_not_the_next_one() {
        let (mut scopes, outer) = lending();
        let first = opened(&mut scopes, Some(outer), Opening::Write);
        scopes.take_back(outer);
        scopes.lend(outer);
        assert!(!scopes.is_attached(first), "it was lent to by the loan before");
        let second = opened(&mut scopes, Some(outer), Opening::Write);
        assert!(scopes.is_attached(second));
        // What is left of the first takes nothing from the second.
        drop(scopes.close(first));
        assert_eq!(scopes.admit(Some(outer), Opening::Write), Admission::Wait);
        drop(scopes.close(second));
        assert!(scopes.is_over(second) && !scopes.is_over(outer));
    }
}
