//! Keeps one request from taking more than its connection: its panic is a value, and while a heavy one works its
//! thread serves no other connection, because those have moved to another.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::dispatch::Weight;

/// A future whose panic is its output. It must not be polled after that, which `await` never does.
#[derive(Debug)]
pub(super) struct CatchPanic<F> {
    work: F,
    weight: Weight,
}

impl<F> CatchPanic<F> {
    /// Wraps work of that weight.
    pub(super) fn new(work: F, weight: Weight) -> Self {
        Self { work, weight }
    }
}

impl<F: Future + Unpin> Future for CatchPanic<F> {
    type Output = Result<F::Output, Panic>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // Whatever the handler shares is behind locks that do not poison and whose holders keep their invariants
        // at every possible panic; what it owns is dropped with it.
        let (weight, work) = (self.weight, &mut self.work);
        let poll = || catch_unwind(AssertUnwindSafe(|| Pin::new(work).poll(cx)));
        let polled = match weight {
            Weight::Light => poll(),
            Weight::Heavy => tokio::task::block_in_place(poll),
        };
        match polled {
            Ok(poll) => poll.map(Ok),
            Err(payload) => Poll::Ready(Err(Panic::new(payload.as_ref()))),
        }
    }
}

/// What a handler said when it panicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Panic(pub(super) String);

impl Panic {
    fn new(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self(text.unwrap_or("not a text").to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_a_value() {
        let panicking = CatchPanic::new(Box::pin(async { panic!("no {}", "luck") }), Weight::Light);
        let outcome: Result<(), _> = panicking.await;
        assert_eq!(outcome, Err(Panic("no luck".to_owned())));
        assert_eq!(CatchPanic::new(Box::pin(async { 1 }), Weight::Light).await, Ok(1));
    }
}
