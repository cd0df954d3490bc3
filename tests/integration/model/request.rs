//! The model of one request: the functions that it runs through, and what they make of its sessions.
//!
//! There is one of each session in a request, and whoever has it changes that one. A function that
//! does not commit puts back what it was handed.

use super::answer::{Answer, CookieChange};
use super::function::Function;
use super::open_request::{DEADLINE, Draft, Kept, LoadedSession, OpenRequest, Refusal};
use super::reference::Model;
use super::session::{KINDS, Kind};

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
                match if commits { left } else { kept[nth].take() } {
                    Some(left) => saves.push((kind, Some(left))),
                    None if answer.status.is_some() => saves.push((kind, None)),
                    None => {}
                }
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

    fn load_once(&mut self, open: &mut OpenRequest, kind: Kind) -> Result<LoadedSession, Refusal> {
        let token = open.tokens[kind as usize];
        let loaded = &mut open.loaded[kind as usize];
        if loaded.is_none() {
            let began = self.now;
            *loaded = Some(self.load(token).map(|cookie| {
                let renews = cookie.is_aged(self.now);
                LoadedSession { cookie, began, renews }
            }));
        }
        loaded.clone().expect("it is loaded")
    }

    /// Saves the sessions of one function, or that they were in use if it has discarded what it did.
    /// If one is not saved the answer is another, with the cookies of those that are.
    fn save_together(
        &mut self,
        open: &OpenRequest,
        saves: Vec<(Kind, Option<Draft>)>,
        answer: &mut Answer,
    ) {
        self.coverage.together += u32::from(saves.len() > 1);
        let began = self.now;
        let mut ended = began;
        let mut refused: Option<Answer> = None;
        for (kind, draft) in saves {
            let Some(Ok(loaded)) = &open.loaded[kind as usize] else { unreachable!("it is open") };
            self.now = began;
            let answered = if let Some(draft) = draft {
                self.save(kind, draft, loaded)
            } else {
                self.renew(loaded);
                Ok(CookieChange::Unchanged)
            };
            match answered {
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
