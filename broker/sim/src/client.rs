//! The clients of a run: what they want, and what they are told, goes to the checker.

mod admin;
mod committer;
mod consumer;
mod fleeting;
mod member;
mod operator;
mod producer;
mod routing;

pub(crate) use admin::{Admin, NewTopic};
pub(crate) use committer::Committer;
pub(crate) use consumer::{Consumer, ReadFrom};
pub(crate) use fleeting::{Fleeting, TOPIC as FLEETING_TOPIC};
pub(crate) use member::{Member, SESSION_MS};
pub(crate) use operator::Operator;
pub(crate) use producer::Producer;

use crate::chance::Chance;
use crate::checker::{Checker, Violation};
use crate::counts::Counts;
use crate::message::{Request, Response};

/// What happens to a client.
#[derive(Debug)]
pub(crate) enum ClientEvent {
    Response { id: u64, response: Response },
    Failed { id: u64 },
    Tick,
}

/// A request of a client.
#[derive(Debug)]
pub(crate) struct ClientSend {
    pub(crate) id: u64,
    pub(crate) to: i32,
    pub(crate) request: Request,
    pub(crate) timeout_ms: u64,
}

/// What a client sees of the world while it acts.
#[derive(Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) now: u64,
    pub(crate) nodes: &'a [i32],
    pub(crate) chance: &'a mut Chance,
    pub(crate) checker: &'a mut Checker,
    pub(crate) counts: &'a mut Counts,
    pub(crate) sends: Vec<ClientSend>,
}

impl Surroundings<'_> {
    pub(crate) fn send(&mut self, id: u64, to: i32, request: Request, timeout_ms: u64) {
        self.sends.push(ClientSend {
            id,
            to,
            request,
            timeout_ms,
        });
    }
}

#[derive(Debug)]
pub(crate) enum Client {
    Admin(Admin),
    Committer(Committer),
    Producer(Producer),
    Consumer(Consumer),
    Fleeting(Fleeting),
    Member(Member),
    Operator(Operator),
}

impl Client {
    pub(crate) fn step(
        &mut self,
        event: ClientEvent,
        around: &mut Surroundings<'_>,
    ) -> Result<(), Violation> {
        match self {
            Self::Admin(admin) => admin.step(event, around),
            Self::Committer(committer) => committer.step(event, around),
            Self::Producer(producer) => producer.step(event, around),
            Self::Consumer(consumer) => consumer.step(event, around),
            Self::Fleeting(fleeting) => fleeting.step(event, around),
            Self::Member(member) => member.step(event, around),
            Self::Operator(operator) => operator.step(event, around),
        }
    }

    /// When it acts by itself.
    pub(crate) fn deadline(&self) -> Option<u64> {
        match self {
            Self::Admin(admin) => admin.deadline(),
            Self::Committer(committer) => committer.deadline(),
            Self::Producer(producer) => producer.deadline(),
            Self::Consumer(consumer) => consumer.deadline(),
            Self::Fleeting(fleeting) => fleeting.deadline(),
            Self::Member(member) => member.deadline(),
            Self::Operator(operator) => operator.deadline(),
        }
    }
}
