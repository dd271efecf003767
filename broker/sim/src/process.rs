//! One running node: the pure cores and the thin driver between them, as the server has it in tasks and threads.
//!
//! Owns everything that dies with a process. An event comes in with the time, actions come out; the world carries them.
//! What needs no rule of a core is done here at once: finding the controller, asking again, waiting. Invariant: what
//! the process tells others rests on the cores' answers alone.

mod controller;
mod fetcher;
mod groups;
mod halt;
mod lifecycle;
mod quorum;
mod replicas;
mod serving;
mod tier;

pub(crate) use halt::Halt;
pub(crate) use quorum::read_from;
pub(crate) use replicas::{Hosted, Touched};
pub(crate) use tier::remote_partition;

use std::collections::{BTreeMap, VecDeque};

use broker_metadata::MetadataLoader;
use broker_model::{BrokerEpoch, BrokerId, MonotonicMs, Now, Offset};
use broker_raft::{RequestFailure, RequestId};
use broker_replication::fetch::{FetchSessionCache, SessionCacheLimits};

use crate::chance::Chance;
use crate::machine::Machine;
use crate::message::{PartitionId, Request, Response};
use crate::store::{StoreAnswer, StoreRequest};
use controller::ActiveController;
use fetcher::Fetchers;
use groups::Groups;
use lifecycle::Lifecycle;
use quorum::Quorum;
use replicas::Replicas;
use serving::Parked;
use tier::Tier;

/// What happens to a process.
#[derive(Debug)]
pub(crate) enum Event {
    Request {
        token: u64,
        request: Request,
    },
    Response {
        id: u64,
        response: Response,
    },
    Failed {
        id: u64,
        failure: RequestFailure,
    },
    /// A connection ended that carried heartbeats of that registration.
    ConnectionBroke(BrokerId, BrokerEpoch),
    /// The object store answers, or the broker has waited long enough.
    Store {
        id: u64,
        answer: StoreAnswer,
    },
    Tick,
}

/// What a process wants done.
#[derive(Debug)]
pub(crate) enum Action {
    Send {
        id: u64,
        to: BrokerId,
        request: Request,
        timeout_ms: u64,
    },
    Respond {
        token: u64,
        response: Response,
    },
    /// Ask the object store.
    Store {
        id: u64,
        request: StoreRequest,
    },
}

/// Why a request was sent, so that its answer finds its place.
#[derive(Debug)]
enum Asked {
    Raft(RequestId),
    Register,
    Heartbeat,
    AlterPartition,
    AssignDirectories,
    ForgetTopic,
    Replicas(BrokerId),
}

/// Tokens of requests that the process asks of itself.
const LOCAL: u64 = 1 << 63;

#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) machine: Machine,
    pub(crate) now: Now,
    chance: Chance,
    pub(crate) quorum: Quorum,
    /// The image of what is committed.
    pub(crate) metadata: MetadataLoader,
    pub(crate) active: Option<ActiveController>,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) replicas: Replicas,
    fetchers: Fetchers,
    /// Of the followers of this leader.
    fetch_sessions: FetchSessionCache,
    parked: Parked,
    groups: Groups,
    tier: Tier,
    /// Requests of groups whose coordinator is gone.
    refused: Vec<u64>,
    asked: BTreeMap<u64, Asked>,
    requests: u64,
    local: VecDeque<(u64, Response)>,
    out: Vec<Action>,
    /// What the last step promised to producers that want every replica in sync to have it: up to which offset.
    pub(crate) promised: Vec<(PartitionId, Offset)>,
    /// Of the metadata, in the last step.
    pub(crate) snapshots_made: u64,
    pub(crate) snapshots_installed: u64,
    /// Reads that the remote tier answered, segments that came damaged, followers that began behind it, in the last step.
    pub(crate) remote_reads: u64,
    pub(crate) damaged_objects: u64,
    pub(crate) tails_begun: u64,
}

impl Process {
    /// Starts from what is on the machine's disk.
    pub(crate) fn start(
        machine: &Machine,
        now: Now,
        mut chance: Chance,
    ) -> Result<(Self, Vec<Action>), Halt> {
        let opened = replicas::open_directories(machine)?;
        let (quorum, metadata) = Quorum::open(machine, &opened, now, chance.next())?;
        let mut process = Self {
            lifecycle: Lifecycle::new(now.monotonic, &mut chance),
            machine: machine.clone(),
            now,
            chance,
            quorum,
            metadata,
            active: None,
            replicas: Replicas::new(opened, now.monotonic),
            fetchers: Fetchers::default(),
            fetch_sessions: FetchSessionCache::new(SessionCacheLimits {
                slots: machine.settings.session_slots,
                eviction_ms: 2_000,
                ..SessionCacheLimits::default()
            }),
            parked: Parked::default(),
            groups: Groups::default(),
            tier: Tier::default(),
            refused: Vec::new(),
            asked: BTreeMap::new(),
            requests: 0,
            local: VecDeque::new(),
            out: Vec::new(),
            promised: Vec::new(),
            snapshots_made: 0,
            snapshots_installed: 0,
            remote_reads: 0,
            damaged_objects: 0,
            tails_begun: 0,
        };
        process.execute(Vec::new())?;
        process.settle()?;
        let actions = std::mem::take(&mut process.out);
        Ok((process, actions))
    }

    /// Takes what happened; the actions count even if the process ends by it.
    pub(crate) fn step(&mut self, now: Now, event: Event) -> (Vec<Action>, Result<(), Halt>) {
        self.now = now;
        self.promised.clear();
        let result = self.handle(event).and_then(|()| self.settle());
        (std::mem::take(&mut self.out), result)
    }

    fn handle(&mut self, event: Event) -> Result<(), Halt> {
        match event {
            Event::Request { token, request } => self.serve(token, request),
            Event::Response { id, response } => self.answered(id, response),
            Event::Failed { id, failure } => self.failed(id, failure),
            Event::ConnectionBroke(broker, epoch) => {
                if let Some(active) = &mut self.active {
                    active
                        .sessions
                        .connection_broke(broker, epoch, self.now.monotonic);
                }
                Ok(())
            }
            Event::Store { id, answer } => self.store_answered(id, answer),
            Event::Tick => self.raft_step(broker_raft::Event::Tick),
        }
    }

    /// Does what is due, and what follows from it.
    fn settle(&mut self) -> Result<(), Halt> {
        self.flush_metadata()?;
        self.keep_up()?;
        self.look_after_replicas()?;
        self.look_after_tier()?;
        self.live()?;
        self.say_where_replicas_are()?;
        self.propose_in_sync_sets()?;
        self.fetch_from_leaders();
        self.finish_parked()?;
        self.look_after_groups()?;
        while let Some((id, response)) = self.local.pop_front() {
            self.answered(id, response)?;
            self.live()?;
            self.propose_in_sync_sets()?;
            self.fetch_from_leaders();
            self.finish_parked()?;
            self.look_after_groups()?;
        }
        Ok(())
    }

    /// When the process has something to do by itself.
    pub(crate) fn deadline(&self) -> Option<MonotonicMs> {
        let raft = self.quorum.deadline();
        let sessions = self.active.as_ref().and_then(ActiveController::deadline);
        let is_registered = self.lifecycle.epoch.is_some();
        let fetchers = self.fetchers.deadline().filter(|_| is_registered);
        let own = [
            raft,
            sessions,
            fetchers,
            self.lifecycle.deadline(),
            self.replicas.deadline(),
            self.parked.deadline(),
            self.groups.deadline(),
            self.machine
                .settings
                .tiering
                .as_ref()
                .and_then(|_| self.tier.deadline()),
        ];
        own.into_iter().flatten().min()
    }

    /// Asks a node, this one too.
    fn ask(&mut self, to: BrokerId, asked: Asked, request: Request, timeout_ms: u64) -> Result<(), Halt> {
        self.requests += 1;
        let id = self.requests;
        self.asked.insert(id, asked);
        if to == self.machine.id {
            return self.serve(LOCAL | id, request);
        }
        self.out.push(Action::Send {
            id,
            to,
            request,
            timeout_ms,
        });
        Ok(())
    }

    fn respond(&mut self, token: u64, response: Response) {
        match token & LOCAL {
            0 => self.out.push(Action::Respond { token, response }),
            _ => self.local.push_back((token & !LOCAL, response)),
        }
    }

    fn answered(&mut self, id: u64, response: Response) -> Result<(), Halt> {
        let Some(asked) = self.asked.remove(&id) else {
            return Ok(());
        };
        match (asked, response) {
            (Asked::Raft(id), Response::Raft(response)) => {
                self.raft_step(broker_raft::Event::Response { id, response })
            }
            (Asked::Register, Response::Registered(answer)) => {
                self.registered(&answer);
                Ok(())
            }
            (Asked::Heartbeat, Response::Heartbeat(answer)) => {
                self.heartbeat_answered(&answer);
                Ok(())
            }
            (Asked::AlterPartition, Response::AlterPartition(answer)) => {
                self.in_sync_sets_answered(&answer);
                Ok(())
            }
            (Asked::AssignDirectories, Response::DirectoriesAssigned(_)) => {
                self.replicas.placed(self.now.monotonic);
                Ok(())
            }
            (Asked::ForgetTopic, Response::ConfigsAltered(answer)) => self.topic_forgotten(Some(&answer)),
            (Asked::Replicas(leader), Response::ReplicaFetch(answer)) => self.fetched(leader, answer),
            (asked, _) => self.unanswered(asked, RequestFailure::TimedOut),
        }
    }

    fn failed(&mut self, id: u64, failure: RequestFailure) -> Result<(), Halt> {
        match self.asked.remove(&id) {
            Some(asked) => self.unanswered(asked, failure),
            None => Ok(()),
        }
    }

    fn unanswered(&mut self, asked: Asked, failure: RequestFailure) -> Result<(), Halt> {
        match asked {
            Asked::Raft(id) => self.raft_step(broker_raft::Event::RequestFailed { id, failure }),
            Asked::Register | Asked::Heartbeat => {
                self.lifecycle.try_again(self.now.monotonic);
                Ok(())
            }
            Asked::AlterPartition => {
                self.replicas.propose_again(self.now.monotonic);
                Ok(())
            }
            Asked::AssignDirectories => {
                self.replicas.placed(self.now.monotonic);
                Ok(())
            }
            Asked::ForgetTopic => self.topic_forgotten(None),
            Asked::Replicas(leader) => {
                self.fetch_failed(leader);
                Ok(())
            }
        }
    }

    fn serve(&mut self, token: u64, request: Request) -> Result<(), Halt> {
        match request {
            Request::Raft(request) => {
                self.raft_step(broker_raft::Event::Request(broker_raft::InboundRequest {
                    token: broker_raft::RequestToken(token),
                    api_version: quorum::API_VERSION,
                    request,
                }))
            }
            Request::Register(_)
            | Request::Heartbeat(_)
            | Request::AlterPartition(_)
            | Request::AssignDirectories(_)
            | Request::CreateTopics(_)
            | Request::DeleteTopics(_)
            | Request::AlterConfigs(_)
            | Request::Reassign(_)
            | Request::ElectLeaders(_) => self.control(token, request),
            Request::Metadata => {
                let known = self.known_partitions();
                self.respond(token, Response::Metadata(known));
                Ok(())
            }
            Request::ReplicaFetch(fetch) => self.serve_replica(token, fetch),
            Request::DeleteRecords(delete) => self.delete_records(token, &delete),
            Request::Produce(produce) => self.produce(token, &produce),
            Request::Fetch(fetch) => self.serve_fetch(token, fetch),
            Request::Group(request) => self.serve_group(token, &request),
        }
    }

    /// The controller, as far as this node knows.
    fn controller(&self) -> Option<BrokerId> {
        self.quorum.raft.leader_and_epoch().leader
    }
}
