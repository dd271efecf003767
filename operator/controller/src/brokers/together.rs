//! Questions about one cluster that are asked together: who begins to ask, and what is asked next.
//!
//! Owns the questions that wait. Invariants: of each cluster one caller asks at a time, and as long as it does, everything
//! that is put is taken by it; questions are taken in the order in which they were put. [`Waiting`] decides, [`Together`]
//! waits, asks and hands out the answers. How many may wait is bounded by the passes that put them.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::spawn_local;
use tokio::time::sleep;

use super::ClusterAddress;

/// How long the first question waits for others; while something is asked, the next gather anyway.
const GATHER: Duration = Duration::from_millis(20);

/// What somebody who put a question does next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Next {
    /// Nobody asks for this cluster: begin to.
    Begin,
    /// Wait: somebody does.
    Wait,
}

/// Questions that wait, by cluster. A cluster is in here exactly while somebody asks for it.
#[derive(Debug)]
struct Waiting<Q> {
    of: BTreeMap<String, VecDeque<Q>>,
}

impl<Q> Waiting<Q> {
    fn put(&mut self, cluster: &str, question: Q) -> Next {
        if let Some(questions) = self.of.get_mut(cluster) {
            questions.push_back(question);
            return Next::Wait;
        }
        self.of.insert(cluster.to_owned(), VecDeque::from([question]));
        Next::Begin
    }

    /// What is asked now, at most so many; `None` if nothing waits, and the asking is over.
    fn take(&mut self, cluster: &str, most: usize) -> Option<Vec<Q>> {
        let questions = self.of.get_mut(cluster)?;
        if questions.is_empty() {
            self.of.remove(cluster);
            return None;
        }
        Some(questions.drain(..most.min(questions.len())).collect())
    }

    /// Whoever asked is gone: what waits gets no answer, and the next question begins anew.
    fn give_up(&mut self, cluster: &str) {
        self.of.remove(cluster);
    }
}

type Item<Q, A> = (ClusterAddress, Q, oneshot::Sender<A>);

/// Asks questions of one kind together.
pub(super) struct Together<Q, A> {
    waiting: Rc<RefCell<Waiting<Item<Q, A>>>>,
}

impl<Q, A> Clone for Together<Q, A> {
    fn clone(&self) -> Self {
        Self {
            waiting: Rc::clone(&self.waiting),
        }
    }
}

impl<Q, A> Default for Together<Q, A> {
    fn default() -> Self {
        let waiting = Waiting { of: BTreeMap::new() };
        Self {
            waiting: Rc::new(RefCell::new(waiting)),
        }
    }
}

/// Ends the asking, whatever ends it.
struct Asking<Q, A> {
    together: Together<Q, A>,
    label: String,
}

impl<Q, A> Drop for Asking<Q, A> {
    fn drop(&mut self) {
        self.together.waiting.borrow_mut().give_up(&self.label);
    }
}

impl<Q: 'static, A: 'static> Together<Q, A> {
    /// The answer to a question, asked together with at most so many others; `None` if whoever asked is gone.
    ///
    /// `ask` gets the address that was given last, and answers in the order of the questions.
    pub(super) async fn ask(
        &self,
        cluster: &ClusterAddress,
        question: Q,
        most: usize,
        ask: impl AsyncFn(ClusterAddress, Vec<Q>) -> Vec<A> + 'static,
    ) -> Option<A> {
        let (tell, told) = oneshot::channel();
        let label = cluster.label();
        let item = (cluster.clone(), question, tell);
        let next = self.waiting.borrow_mut().put(&label, item);
        if next == Next::Begin {
            let asking = Asking {
                together: self.clone(),
                label,
            };
            drop(spawn_local(asking.run(most, ask)));
        }
        told.await.ok()
    }
}

impl<Q, A> Asking<Q, A> {
    async fn run(self, most: usize, ask: impl AsyncFn(ClusterAddress, Vec<Q>) -> Vec<A>) {
        sleep(GATHER).await;
        while let Some(taken) = self.take(most) {
            let Some(address) = taken.last().map(|(address, ..)| address.clone()) else {
                continue;
            };
            let (questions, tells): (Vec<Q>, Vec<_>) = taken
                .into_iter()
                .map(|(_, question, tell)| (question, tell))
                .unzip();
            for (tell, answer) in tells.into_iter().zip(ask(address, questions).await) {
                // Nobody waits any more if the pass was given up.
                drop(tell.send(answer));
            }
        }
    }

    fn take(&self, most: usize) -> Option<Vec<Item<Q, A>>> {
        self.together.waiting.borrow_mut().take(&self.label, most)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::future::join_all;
    use tokio::task::LocalSet;

    use super::*;

    fn waiting() -> Waiting<u32> {
        Waiting { of: BTreeMap::new() }
    }

    fn at(name: &str) -> ClusterAddress {
        ClusterAddress {
            namespace: "kafka".to_owned(),
            name: name.to_owned(),
            ..ClusterAddress::default()
        }
    }

    #[test]
    fn the_first_begins_and_takes_what_the_others_put() {
        let mut waiting = waiting();
        assert_eq!(waiting.put("a", 1), Next::Begin);
        assert_eq!(waiting.put("a", 2), Next::Wait);
        assert_eq!(waiting.put("b", 9), Next::Begin);
        assert_eq!(waiting.put("a", 3), Next::Wait);
        assert_eq!(waiting.take("a", 2), Some(vec![1, 2]));
        assert_eq!(waiting.put("a", 4), Next::Wait);
        assert_eq!(waiting.take("a", 2), Some(vec![3, 4]));
        assert_eq!(waiting.put("a", 5), Next::Wait);
        assert_eq!(waiting.take("a", 2), Some(vec![5]));
        assert_eq!(waiting.take("a", 2), None);
        assert_eq!(waiting.put("a", 6), Next::Begin);
    }

    #[test]
    fn after_the_one_who_asked_is_gone_another_begins() {
        let mut waiting = waiting();
        assert_eq!(waiting.put("a", 1), Next::Begin);
        waiting.give_up("a");
        assert_eq!(waiting.put("a", 2), Next::Begin);
        assert_eq!(waiting.take("a", 9), Some(vec![2]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_questions_are_asked_in_four_calls() {
        let (together, calls) = (Together::default(), Rc::new(Cell::new(0)));
        let ask = |question: u32| {
            let (together, calls) = (together.clone(), Rc::clone(&calls));
            async move {
                let count = async move |_, questions: Vec<u32>| {
                    calls.set(calls.get() + 1);
                    sleep(Duration::from_millis(100)).await;
                    questions.iter().map(|question| question * 2).collect()
                };
                together.ask(&at("orders"), question, 250, count).await
            }
        };
        let asked = join_all((0..1_000).map(ask));
        let answers = LocalSet::new().run_until(asked).await;
        assert!(
            answers
                .iter()
                .zip(0..)
                .all(|(answer, place)| *answer == Some(place * 2))
        );
        assert_eq!(calls.get(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_of_the_one_who_asks_leaves_nobody_waiting() {
        let together: Together<u32, u32> = Together::default();
        let local = LocalSet::new();
        let panics = async |_, _: Vec<u32>| -> Vec<u32> { panic!("while it asks") };
        let none = local.run_until(together.ask(&at("orders"), 1, 9, panics)).await;
        assert_eq!(none, None);
        let same = async |_, questions: Vec<u32>| questions;
        let orders = at("orders");
        let told = tokio::time::timeout(GATHER * 9, together.ask(&orders, 2, 9, same));
        assert_eq!(local.run_until(told).await, Ok(Some(2)));
    }
}
