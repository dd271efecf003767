//! Whether a store keeps its word about conditional writes, found out before anything depends on it.
//!
//! Some stores accept `If-None-Match` and `If-Match` and overwrite all the same; with them two leaders could both own
//! a manifest. The probe writes one small object of its own and answers with a verdict; the shell runs the steps.
//!
//! | step | asks | a store that can be trusted answers |
//! |---|---|---|
//! | 1 | create the object | written |
//! | 2 | create it again | refused |
//! | 3 | change it, as it was after step 1 | written |
//! | 4 | change it, as it was after step 1 | refused: that is over |
//! | 5 | read it | what step 3 wrote |

/// One step of the probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeStep {
    /// Write where nothing is.
    Create,
    /// Write where nothing is, though something is.
    CreateAgain,
    /// Write over what [`ProbeStep::Create`] wrote.
    Change,
    /// The same once more.
    ChangeStale,
    /// Read.
    ReadBack,
}

/// What the store answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeAnswer {
    /// Done; of a read: the content is that of [`ProbeStep::Change`].
    Done,
    /// Refused for its condition; of a read: the content is another.
    Refused,
    /// An error that says nothing about conditions.
    Failed,
}

/// How `If-Match` is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ETagForm {
    /// As the store gave it, with its quotes.
    AsGiven,
    /// Without them: some stores refuse their own ETags otherwise.
    Unquoted,
}

/// What the store is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeVerdict {
    /// Manifests are safe there.
    Trusted(ETagForm),
    /// It overwrites what it was told not to: tiering must not start.
    IgnoresConditions(ProbeStep),
    /// It refuses what it should do, with both forms of ETags.
    RefusesChanges,
    /// It could not be tried; later, again.
    Unavailable(ProbeStep),
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeNext {
    /// This, with ETags in that form.
    Ask(ProbeStep, ETagForm),
    /// It is over; delete the object.
    Over(ProbeVerdict),
}

/// The probe of one store.
#[derive(Clone, Debug)]
pub struct StoreProbe {
    step: ProbeStep,
    form: ETagForm,
}

impl StoreProbe {
    /// Begins; the first question is [`ProbeStep::Create`].
    pub fn begin() -> (Self, ProbeNext) {
        let probe = Self {
            step: ProbeStep::Create,
            form: ETagForm::AsGiven,
        };
        let next = ProbeNext::Ask(probe.step, probe.form);
        (probe, next)
    }

    /// Takes the answer to the last question.
    pub fn answered(&mut self, answer: ProbeAnswer) -> ProbeNext {
        use ProbeAnswer::{Done, Failed, Refused};
        use ProbeStep::{Change, ChangeStale, Create, CreateAgain, ReadBack};
        let over = ProbeNext::Over;
        match (self.step, answer) {
            (step, Failed) => over(ProbeVerdict::Unavailable(step)),
            (Create, Done) => self.ask(CreateAgain),
            (CreateAgain, Refused) => self.ask(Change),
            (Change, Done) => self.ask(ChangeStale),
            (Change, Refused) if self.form == ETagForm::AsGiven => {
                self.form = ETagForm::Unquoted;
                self.ask(Change)
            }
            (ChangeStale, Refused) => self.ask(ReadBack),
            (ReadBack, Done) => over(ProbeVerdict::Trusted(self.form)),
            (step @ (CreateAgain | ChangeStale), Done) => over(ProbeVerdict::IgnoresConditions(step)),
            (ReadBack, Refused) => over(ProbeVerdict::IgnoresConditions(ReadBack)),
            (Create | Change, Refused) => over(ProbeVerdict::RefusesChanges),
        }
    }

    fn ask(&mut self, step: ProbeStep) -> ProbeNext {
        self.step = step;
        ProbeNext::Ask(step, self.form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A store of one object, with its faults.
    #[derive(Default)]
    struct Store {
        version: u32,
        of_create: u32,
        ignores_create: bool,
        ignores_match: bool,
        wants_no_quotes: bool,
    }

    impl Store {
        fn answer(&mut self, step: ProbeStep, form: ETagForm) -> ProbeAnswer {
            let holds = match step {
                ProbeStep::Create => self.version == 0,
                ProbeStep::CreateAgain => self.ignores_create,
                ProbeStep::Change | ProbeStep::ChangeStale => {
                    let understood = !self.wants_no_quotes || form == ETagForm::Unquoted;
                    self.ignores_match || (understood && self.version == self.of_create)
                }
                ProbeStep::ReadBack => return ProbeAnswer::Done,
            };
            if !holds {
                return ProbeAnswer::Refused;
            }
            self.version += 1;
            if step == ProbeStep::Create {
                self.of_create = self.version;
            }
            ProbeAnswer::Done
        }
    }

    fn verdict(mut store: Store) -> ProbeVerdict {
        let (mut probe, mut next) = StoreProbe::begin();
        loop {
            match next {
                ProbeNext::Ask(step, form) => next = probe.answered(store.answer(step, form)),
                ProbeNext::Over(verdict) => return verdict,
            }
        }
    }

    #[test]
    fn a_store_that_keeps_its_word_is_trusted() {
        assert_eq!(
            verdict(Store::default()),
            ProbeVerdict::Trusted(ETagForm::AsGiven)
        );
    }

    #[test]
    fn a_store_that_wants_etags_without_quotes_is_understood() {
        let store = Store {
            wants_no_quotes: true,
            ..Store::default()
        };
        assert_eq!(verdict(store), ProbeVerdict::Trusted(ETagForm::Unquoted));
    }

    #[test]
    fn a_store_that_overwrites_is_found_out() {
        let creates = Store {
            ignores_create: true,
            ..Store::default()
        };
        let expected = ProbeVerdict::IgnoresConditions(ProbeStep::CreateAgain);
        assert_eq!(verdict(creates), expected);
        let changes = Store {
            ignores_match: true,
            ..Store::default()
        };
        let expected = ProbeVerdict::IgnoresConditions(ProbeStep::ChangeStale);
        assert_eq!(verdict(changes), expected);
    }

    #[test]
    fn a_store_that_refuses_every_change_is_of_no_use() {
        let (mut probe, _) = StoreProbe::begin();
        probe.answered(ProbeAnswer::Done);
        probe.answered(ProbeAnswer::Refused);
        probe.answered(ProbeAnswer::Refused);
        let next = probe.answered(ProbeAnswer::Refused);
        assert_eq!(next, ProbeNext::Over(ProbeVerdict::RefusesChanges));
    }

    #[test]
    fn a_store_that_fails_says_nothing_about_itself() {
        let (mut probe, _) = StoreProbe::begin();
        let next = probe.answered(ProbeAnswer::Failed);
        assert_eq!(
            next,
            ProbeNext::Over(ProbeVerdict::Unavailable(ProbeStep::Create))
        );
    }
}
