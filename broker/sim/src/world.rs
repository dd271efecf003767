//! A whole cluster in one thread: machines, network, clients and time, all from one seed.
//!
//! Everything that happens stands in one queue, ordered by time and then by when it was put there, so a seed gives the
//! same run every time. After every step of a node the checker looks at it.

mod faults;
mod storage;
mod traffic;

pub(crate) use storage::{Ambush, Step, Storage};

use std::collections::BTreeMap;

use broker_model::{BrokerEpoch, BrokerId};
use broker_raft::RequestFailure;

use crate::chance::Chance;
use crate::checker::{Checker, Violation};
use crate::client::{Client, ClientEvent, Surroundings};
use crate::counts::Counts;
use crate::machine::{DiskCopy, Machine};
use crate::message::{Request, Response};
use crate::network::{Network, Place};
use crate::process::{Action, Event, Halt, Process};
use crate::store::{StoreAnswer, StoreRequest};
use crate::trace;
use traffic::Traffic;

/// A node: a machine and perhaps a process on it.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) machine: Machine,
    pub(crate) process: Option<Process>,
    /// Counts starts: what was meant for an earlier process does not reach a later one.
    pub(crate) starts: u64,
    pub(crate) frozen_until: u64,
    /// Whether its machine is off, so that nobody is told that nobody listens.
    pub(crate) is_dark: bool,
    /// Whether it stays down until it is let up.
    pub(crate) is_held_down: bool,
    /// What was on its disk some time ago.
    copy: Option<DiskCopy>,
    tick_at: Option<u64>,
}

/// Who sends and is answered: a node in one of its starts, or a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Party {
    pub(crate) place: Place,
    pub(crate) starts: u64,
}

#[derive(Debug)]
pub(crate) enum Happening {
    /// A request arrives at its server.
    Arrives {
        connection: u64,
        id: u64,
        request: Box<Request>,
    },
    /// A server turns to the next request of a connection.
    NextIsServed {
        connection: u64,
    },
    /// An answer arrives at its client.
    Answered {
        connection: u64,
        id: u64,
        response: Box<Response>,
    },
    /// A client finds out that it gets no answer.
    Fails {
        party: Party,
        id: u64,
        failure: RequestFailure,
    },
    /// A client has waited long enough.
    TimesOut {
        connection: u64,
        id: u64,
    },
    /// A server finds out that a connection is gone which carried heartbeats.
    Broke {
        server: Party,
        broker: BrokerId,
        epoch: BrokerEpoch,
    },
    /// A request arrives at the object store.
    ReachesStore {
        party: Party,
        id: u64,
        request: Box<StoreRequest>,
        fate: storage::Fate,
    },
    /// Its answer arrives, or the broker gives up.
    StoreAnswers {
        party: Party,
        id: u64,
        answer: Box<StoreAnswer>,
    },
    /// A node is killed or frozen at the step that it was waited for.
    Ambushed(i32, Ambush),
    Tick(Party),
    Restart(i32),
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) chance: Chance,
    pub(crate) nodes: BTreeMap<i32, Node>,
    pub(crate) clients: Vec<Client>,
    client_ticks: Vec<Option<u64>>,
    pub(crate) network: Network,
    pub(crate) checker: Checker,
    pub(crate) counts: Counts,
    pub(crate) trace: Option<Vec<String>>,
    /// Whether a disk that failed may forget what it was not known to have.
    pub(crate) forgets_what_failed_to_sync: bool,
    /// The object store, where topics are tiered.
    pub(crate) storage: Option<Storage>,
    registrations: BTreeMap<String, String>,
    queue: BTreeMap<(u64, u64), Happening>,
    queued: u64,
    traffic: Traffic,
}

impl World {
    pub(crate) fn new(seed: u64, network: Network) -> Self {
        Self {
            now: 0,
            chance: Chance::new(seed),
            nodes: BTreeMap::new(),
            clients: Vec::new(),
            client_ticks: Vec::new(),
            network,
            checker: Checker::default(),
            counts: Counts::default(),
            trace: None,
            forgets_what_failed_to_sync: false,
            storage: None,
            registrations: BTreeMap::new(),
            queue: BTreeMap::new(),
            queued: 0,
            traffic: Traffic::default(),
        }
    }

    pub(crate) fn add_node(&mut self, machine: Machine) {
        let node = Node {
            machine,
            process: None,
            starts: 0,
            frozen_until: 0,
            is_dark: false,
            is_held_down: false,
            copy: None,
            tick_at: None,
        };
        self.nodes.insert(node.machine.id.value(), node);
    }

    pub(crate) fn add_client(&mut self, client: Client) -> Result<(), Violation> {
        self.clients.push(client);
        self.client_ticks.push(None);
        self.step_client(self.clients.len() - 1, ClientEvent::Tick)
    }

    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{now:>7} {}", line()));
        }
    }

    pub(crate) fn put(&mut self, after: u64, happening: Happening) {
        self.queued += 1;
        self.queue.insert((self.now + after, self.queued), happening);
    }

    /// Lets things happen until that time.
    pub(crate) fn run_until(&mut self, until: u64) -> Result<(), Violation> {
        while let Some(next) = self.queue.first_entry() {
            if next.key().0 > until {
                break;
            }
            let ((at, _), happening) = next.remove_entry();
            self.now = at;
            self.happen(happening)?;
        }
        self.now = until;
        Ok(())
    }

    fn happen(&mut self, happening: Happening) -> Result<(), Violation> {
        match happening {
            Happening::Arrives {
                connection,
                id,
                request,
            } => self.arrives(connection, id, *request),
            Happening::NextIsServed { connection } => self.next_is_served(connection),
            Happening::Answered {
                connection,
                id,
                response,
            } => self.answer_arrives(connection, id, *response),
            Happening::Fails { party, id, failure } => self.tell_failure(party, id, failure),
            Happening::TimesOut { connection, id } => self.times_out(connection, id),
            Happening::Broke {
                server,
                broker,
                epoch,
            } => {
                if let Some(later) = self.thaws(server) {
                    self.put(
                        later,
                        Happening::Broke {
                            server,
                            broker,
                            epoch,
                        },
                    );
                    return Ok(());
                }
                self.step_process(server, Event::ConnectionBroke(broker, epoch))
            }
            Happening::ReachesStore {
                party,
                id,
                request,
                fate,
            } => self.reaches_store(party, id, &request, fate),
            Happening::StoreAnswers { party, id, answer } => self.store_answers(party, id, answer),
            Happening::Ambushed(node, ambush) => {
                self.ambushed(node, ambush);
                Ok(())
            }
            Happening::Tick(party) => match party.place {
                Place::Store => Ok(()),
                Place::Client(client) => {
                    self.client_ticks[client] = None;
                    self.step_client(client, ClientEvent::Tick)
                }
                Place::Node(_) if let Some(later) = self.thaws(party) => {
                    self.put(later, Happening::Tick(party));
                    Ok(())
                }
                Place::Node(id) => {
                    if let Some(node) = self.nodes.get_mut(&id)
                        && node.starts == party.starts
                    {
                        node.tick_at = None;
                    }
                    self.step_process(party, Event::Tick)
                }
            },
            Happening::Restart(node) => self.start(node),
        }
    }

    /// The party, if it is the process that runs now.
    pub(crate) fn runs(&self, party: Party) -> bool {
        match party.place {
            Place::Client(_) | Place::Store => true,
            Place::Node(id) => self
                .nodes
                .get(&id)
                .is_some_and(|node| node.process.is_some() && node.starts == party.starts),
        }
    }

    pub(crate) fn party_of(&self, id: i32) -> Option<Party> {
        let node = self.nodes.get(&id).filter(|node| node.process.is_some())?;
        Some(Party {
            place: Place::Node(id),
            starts: node.starts,
        })
    }

    fn step_process(&mut self, party: Party, event: Event) -> Result<(), Violation> {
        let Place::Node(id) = party.place else {
            return Ok(());
        };
        if !self.runs(party) {
            return Ok(());
        }
        let now = self.now;
        if !matches!(event, Event::Tick) {
            self.note(|| format!("n{id} <- {}", trace::event(&event)));
        }
        let Some(node) = self.nodes.get_mut(&id) else {
            return Ok(());
        };
        let clock = node.machine.clock.at(now);
        let Some(process) = &mut node.process else {
            return Ok(());
        };
        let (actions, result) = process.step(clock, event);
        self.counts.steps += 1;
        self.counts.snapshots += std::mem::take(&mut process.snapshots_made);
        self.counts.snapshots_fetched += std::mem::take(&mut process.snapshots_installed);
        self.counts.remote_reads += std::mem::take(&mut process.remote_reads);
        self.counts.damaged_objects += std::mem::take(&mut process.damaged_objects);
        self.counts.tails_begun += std::mem::take(&mut process.tails_begun);
        self.after_step(id, actions, result)
    }

    fn after_step(
        &mut self,
        id: i32,
        actions: Vec<Action>,
        result: Result<(), Halt>,
    ) -> Result<(), Violation> {
        match result {
            Ok(()) => self.checker.looks_at(&self.nodes[&id], &self.nodes)?,
            Err(_) => self.checker.looks_at_the_last_of(&self.nodes[&id])?,
        }
        self.note_registrations();
        let Some(party) = self.party_of(id) else {
            return Ok(());
        };
        for action in actions {
            self.note(|| format!("n{id} -> {}", trace::action(&action)));
            match action {
                Action::Send {
                    id,
                    to,
                    request,
                    timeout_ms,
                } => self.send(party, id, to.value(), request, timeout_ms),
                Action::Respond { token, response } => self.respond(token, response),
                Action::Store { id, request } => self.send_to_store(party, id, request),
            }
        }
        match result {
            Ok(()) => self.plan_tick(id),
            Err(halt) => self.halted(id, halt)?,
        }
        Ok(())
    }

    /// Puts what is newly committed about partitions and brokers into the trace.
    fn note_registrations(&mut self) {
        if self.trace.is_none() {
            return;
        }
        let Some(image) = self.checker.newest_image() else {
            return;
        };
        let mut lines = trace::registrations(image);
        lines.retain(|(name, line)| self.registrations.get(name) != Some(line));
        for (name, line) in lines {
            self.note(|| format!("{name} {line}"));
            self.registrations.insert(name, line);
        }
    }

    fn plan_tick(&mut self, id: i32) {
        let now = self.now;
        let Some(node) = self.nodes.get_mut(&id) else {
            return;
        };
        let Some(deadline) = node.process.as_ref().and_then(Process::deadline) else {
            return;
        };
        let at = node
            .machine
            .clock
            .world_ms(deadline)
            .max(now + 1)
            .max(node.frozen_until);
        if node.tick_at.is_some_and(|planned| planned <= at) {
            return;
        }
        node.tick_at = Some(at);
        let party = Party {
            place: Place::Node(id),
            starts: node.starts,
        };
        self.put(at - now, Happening::Tick(party));
    }

    pub(crate) fn start(&mut self, id: i32) -> Result<(), Violation> {
        let now = self.now;
        let is_down = |node: &&mut Node| node.process.is_none() && !node.is_held_down;
        let Some(node) = self.nodes.get_mut(&id).filter(is_down) else {
            return Ok(());
        };
        if self.chance.below(4) > 0 {
            node.machine.faults.heal();
        }
        node.starts += 1;
        node.tick_at = None;
        node.frozen_until = now;
        node.is_dark = false;
        let clock = node.machine.clock.at(now);
        let started = Process::start(&node.machine, clock, self.chance.branch());
        self.note(|| format!("n{id} starts"));
        self.checker.restarts(id);
        match started {
            Ok((process, actions)) => {
                self.nodes.get_mut(&id).expect("nodes stay").process = Some(process);
                self.after_step(id, actions, Ok(()))
            }
            Err(Halt::Disk(error)) => {
                self.note(|| format!("n{id} does not start: {error}"));
                self.put(500, Happening::Restart(id));
                Ok(())
            }
            Err(halt) => Err(format!("node {id} does not start: {halt:?}")),
        }
    }

    pub(crate) fn step_client(&mut self, index: usize, event: ClientEvent) -> Result<(), Violation> {
        let now = self.now;
        if !matches!(event, ClientEvent::Tick) {
            self.note(|| format!("c{index} <- {}", trace::client_event(&event)));
        }
        let nodes: Vec<i32> = self.nodes.keys().copied().collect();
        let mut surroundings = Surroundings {
            now,
            nodes: &nodes,
            chance: &mut self.chance,
            checker: &mut self.checker,
            counts: &mut self.counts,
            sends: Vec::new(),
        };
        self.clients[index].step(event, &mut surroundings)?;
        let sends = surroundings.sends;
        let party = Party {
            place: Place::Client(index),
            starts: 0,
        };
        for send in sends {
            self.note(|| {
                format!(
                    "c{index} -> n{} {} {}",
                    send.to,
                    send.id,
                    trace::request(&send.request)
                )
            });
            self.send(party, send.id, send.to, send.request, send.timeout_ms);
        }
        if let Some(at) = self.clients[index].deadline() {
            let at = at.max(now + 1);
            if self.client_ticks[index].is_none_or(|planned| planned > at) {
                self.client_ticks[index] = Some(at);
                self.put(at - now, Happening::Tick(party));
            }
        }
        Ok(())
    }
}
