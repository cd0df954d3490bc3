//! The model of one request: the functions that it runs through, and what they make of its sessions.
//!
//! There is one of each session in a request, and whoever has it changes that one. A function that
//! does not commit puts back what it was handed.

use super::answer::{Answer, CookieChange};
use super::function::{Access, Function};
use super::reference::{DEADLINE, Model, Refusal};
use super::schedule::Request;
use super::session::{Edit, KINDS, Kind, PerKind, State};
use super::stored_session::{StoredSession, Token};

/// A request under way.
#[derive(Clone, Debug)]
pub(crate) struct OpenRequest {
    pub(crate) request: Request,
    tokens: PerKind<Option<Token>>,
    /// What the tokens proved, once a function has asked.
    loaded: PerKind<Option<Result<Loaded, Refusal>>>,
    /// The sessions that a function has, as they are at the moment.
    drafts: PerKind<Option<Draft>>,
    /// Those that a function keeps from those inside of it.
    held: PerKind<bool>,
    /// What each function saw, in that order.
    pub(crate) seen: Vec<String>,
}

/// What a cookie proved.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) cookie: CookieState,
    /// When that was asked.
    pub(crate) began: u64,
}

/// The cookie that a request came with.
#[derive(Clone, Debug)]
pub(crate) enum CookieState {
    None,
    Dead,
    /// It was replaced while the request was on its way.
    Replaced,
    Live(Token, StoredSession),
}

/// What a request has made of a session so far.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    pub(crate) destroyed: bool,
    pub(crate) base: State,
    pub(crate) state: State,
    pub(crate) rotate: bool,
    pub(crate) persistent: Option<bool>,
}

/// What is saved of each session whatever is answered.
type Kept = PerKind<Option<Draft>>;

impl OpenRequest {
    pub(crate) fn new(request: &Request, tokens: PerKind<Option<Token>>) -> Self {
        Self {
            request: request.clone(),
            tokens,
            loaded: Default::default(),
            drafts: Default::default(),
            held: [false; 2],
            seen: Vec::new(),
        }
    }
}

impl Model {
    /// Whether the request comes to where it pauses.
    pub(crate) fn pauses(&mut self, open: &mut OpenRequest) -> bool {
        let function = open.request.function.clone();
        let mut next = Some(&function);
        while let Some(function) = next {
            if function.takes.kinds().any(|kind| self.load_once(open, kind).is_err()) {
                return false;
            }
            next = function.on_the_way();
        }
        true
    }

    /// The whole of it, from its outermost function on.
    pub(crate) fn run(&mut self, open: &mut OpenRequest) -> Answer {
        let function = open.request.function.clone();
        self.run_function(open, &function).0
    }

    fn run_function(&mut self, open: &mut OpenRequest, function: &Function) -> (Answer, Kept) {
        let found = open.drafts.clone();
        for kind in function.takes.kinds() {
            if let Err(refusal) = self.open(open, kind) {
                open.drafts = found;
                self.coverage.held += u32::from(refusal == Refusal::Held);
                return (refusal.answer(), Kept::default());
            }
        }
        let handed = open.drafts.clone();
        open.look(function, &handed);
        open.perform(function, &function.before);
        self.now += function.stays;
        let (mut answer, mut kept) = match &function.inside {
            None => (Answer::new(Some(200), "answered"), Kept::default()),
            Some(inside) => {
                let held = open.held;
                open.held = KINDS.map(|kind| held[kind as usize] || function.holds(kind));
                let (mut answer, kept) = self.run_all(open, &inside.functions);
                open.held = held;
                if inside.catches && answer.status.is_none() {
                    self.coverage.caught += 1;
                    answer = Answer::new(Some(500), "Service panicked");
                }
                if answer.status.is_some() {
                    open.look(function, &handed);
                }
                (answer, kept)
            }
        };
        if let Some(status) = answer.status {
            open.perform(function, &function.after);
            answer.status = function.outcome.status(status);
        }
        let commits = answer.status.is_some_and(|status| function.always || status < 500);
        let mut saves = Vec::new();
        for kind in function.takes.kinds() {
            let nth = kind as usize;
            if answer.status.is_none() {
                kept[nth] = None;
            }
            if !commits {
                open.drafts[nth] = kept[nth].clone().or(handed[nth].clone());
            }
            if commits && function.always {
                kept[nth].clone_from(&open.drafts[nth]);
            }
            if found[nth].is_none() {
                let left = open.drafts[nth].take();
                self.coverage.kept += u32::from(!commits && kept[nth].is_some());
                saves
                    .extend(if commits { left } else { kept[nth].take() }.map(|left| (kind, left)));
            }
        }
        self.save_together(open, saves, &mut answer);
        (answer, kept)
    }

    /// One function, or two that take turns. A panic of either is the end of both.
    fn run_all(&mut self, open: &mut OpenRequest, functions: &[Function]) -> (Answer, Kept) {
        let began = self.now;
        let (first, mut kept) = self.run_function(open, &functions[0]);
        let Some(other) = functions.get(1) else { return (first, kept) };
        if first.status.is_none() {
            return (first, kept);
        }
        self.coverage.side_by_side += 1;
        let other = if self.now - began >= DEADLINE {
            self.coverage.busy += 1;
            Refusal::Busy.answer()
        } else {
            let (other, kept_of_other) = self.run_function(open, other);
            for (kept, of_other) in kept.iter_mut().zip(kept_of_other) {
                *kept = of_other.or(kept.take());
            }
            other
        };
        let first_is_worse = other.status.is_some() && first.status >= other.status;
        (if first_is_worse { first } else { other }, kept)
    }

    /// A function takes a session.
    fn open(&mut self, open: &mut OpenRequest, kind: Kind) -> Result<(), Refusal> {
        if open.held[kind as usize] {
            return Err(Refusal::Held);
        }
        if open.drafts[kind as usize].is_none() {
            let loaded = self.load_once(open, kind)?;
            open.drafts[kind as usize] = Some(Draft::of(loaded.cookie.state()));
        }
        Ok(())
    }

    fn load_once(&mut self, open: &mut OpenRequest, kind: Kind) -> Result<Loaded, Refusal> {
        let token = open.tokens[kind as usize];
        let loaded = &mut open.loaded[kind as usize];
        if loaded.is_none() {
            let began = self.now;
            *loaded = Some(self.load(token).map(|cookie| Loaded { cookie, began }));
        }
        loaded.clone().expect("it is loaded")
    }

    /// Saves the sessions of one function. If one is not saved the answer is another, with the
    /// cookies of those that are.
    fn save_together(
        &mut self,
        open: &OpenRequest,
        saves: Vec<(Kind, Draft)>,
        answer: &mut Answer,
    ) {
        self.coverage.together += u32::from(saves.len() > 1);
        let began = self.now;
        let mut ended = began;
        let mut refused: Option<Answer> = None;
        for (kind, draft) in saves {
            let Some(Ok(loaded)) = &open.loaded[kind as usize] else { unreachable!("it is open") };
            self.now = began;
            match self.save(kind, draft, loaded) {
                Ok(CookieChange::Unchanged) => {}
                Ok(change) => answer.cookies[kind as usize] = change,
                Err(refusal) => {
                    let refusal = refusal.answer();
                    if refused.as_ref().is_none_or(|other| other.status < refusal.status) {
                        refused = Some(refusal);
                    }
                }
            }
            ended = ended.max(self.now);
        }
        self.now = ended;
        if let Some(Answer { status, body, .. }) = refused {
            (answer.status, answer.body) = (status, body);
        }
    }
}

impl OpenRequest {
    /// Whoever reads has its session as it was handed to it.
    fn look(&mut self, function: &Function, handed: &PerKind<Option<Draft>>) {
        for kind in KINDS {
            let draft = match function.takes.access(kind) {
                None => continue,
                Some(Access::Reads) => &handed[kind as usize],
                Some(Access::Writes) => &self.drafts[kind as usize],
            };
            let state = &draft.as_ref().expect("it is open").state;
            self.seen.push(format!("{kind:?} {state:?}"));
        }
    }

    fn perform(&mut self, function: &Function, edits: &[(Kind, Edit)]) {
        for (kind, edit) in edits {
            if function.takes.access(*kind) == Some(Access::Writes) {
                self.drafts[*kind as usize].as_mut().expect("it is open").perform(edit);
            }
        }
    }
}

impl CookieState {
    fn state(&self) -> State {
        match self {
            Self::Live(_, stored) => stored.state.clone(),
            Self::None | Self::Dead | Self::Replaced => State::default(),
        }
    }
}

impl Draft {
    fn of(base: State) -> Self {
        let state = base.clone();
        Self { destroyed: false, base, state, rotate: false, persistent: None }
    }

    fn perform(&mut self, edit: &Edit) {
        match edit {
            Edit::Change(change) => change.perform(&mut self.state),
            Edit::Rotate => self.rotate = true,
            Edit::Remember(remember) => self.persistent = Some(*remember),
            Edit::Destroy => *self = Self { destroyed: true, ..Self::of(State::default()) },
        }
    }

    pub(crate) fn is_changed(&self) -> bool {
        self.state != self.base
    }

    /// Whether there is anything to be saved or told.
    pub(crate) fn asks_for_something(&self) -> bool {
        self.is_changed() || self.destroyed || self.rotate || self.persistent.is_some()
    }
}
