//! Messages on their way, over connections that keep their order and may end at any moment.
//!
//! Worked example of what matters most: a producer's request is held up for two seconds; the producer gives up after
//! one, closes the connection and asks anew over another. The first request may still arrive, after the second.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use broker_model::{BrokerEpoch, BrokerId};
use broker_raft::RequestFailure;

use super::{Happening, Party, World};
use crate::checker::Violation;
use crate::client::ClientEvent;
use crate::message::{Request, Response};
use crate::network::Place;
use crate::process::Event;

/// Requests that share a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Quorum,
    Controller,
    Replicas,
    Client,
}

#[derive(Debug)]
struct Connection {
    client: Party,
    server: Party,
    lane: Lane,
    /// Whether the client still uses it.
    is_open: bool,
    /// When the last message sent so far arrives, in each direction.
    to_server: u64,
    to_client: u64,
    /// A message got lost in that direction: nothing behind it can arrive, as nothing overtakes.
    is_stuck_to_server: bool,
    is_stuck_to_client: bool,
    /// Requests that arrived while another was served.
    queue: VecDeque<(u64, Request)>,
    is_busy: bool,
    /// Requests whose answer the client awaits.
    awaited: BTreeSet<u64>,
    registration: Option<(BrokerId, BrokerEpoch)>,
}

#[derive(Debug, Default)]
pub(super) struct Traffic {
    connections: BTreeMap<u64, Connection>,
    open: BTreeMap<(Party, i32, Lane), u64>,
    opened: u64,
    /// Requests that are being served: by their token, connection and number.
    tokens: BTreeMap<u64, (u64, u64)>,
    served: u64,
}

fn lane_of(request: &Request) -> Lane {
    match request {
        Request::Raft(_) => Lane::Quorum,
        Request::Register(_) | Request::Heartbeat(_) | Request::AlterPartition(_) => Lane::Controller,
        Request::ReplicaFetch(_) => Lane::Replicas,
        _ => Lane::Client,
    }
}

impl World {
    pub(super) fn send(&mut self, from: Party, id: u64, to: i32, request: Request, timeout_ms: u64) {
        let target = Place::Node(to);
        let lane = lane_of(&request);
        let connection = match self.traffic.open.get(&(from, to, lane)) {
            Some(connection) => *connection,
            None => match self.party_of(to) {
                Some(server) => self.connect(from, server, lane),
                None => return self.refuse(from, id, to, timeout_ms),
            },
        };
        let delay = self.network.delay(&mut self.chance);
        let is_cut = self.network.is_cut(from.place, target);
        let now = self.now;
        let Some(open) = self.traffic.connections.get_mut(&connection) else {
            return;
        };
        open.awaited.insert(id);
        let at = open.to_server.max(now + delay);
        open.to_server = at;
        // The kernel tries again for as long as the connection lives; here the connection never gets well.
        open.is_stuck_to_server |= is_cut;
        let is_lost = open.is_stuck_to_server;
        self.put(timeout_ms, Happening::TimesOut { connection, id });
        if is_lost {
            return;
        }
        let request = Box::new(request);
        self.put(
            at - now,
            Happening::Arrives {
                connection,
                id,
                request,
            },
        );
    }

    fn connect(&mut self, client: Party, server: Party, lane: Lane) -> u64 {
        self.traffic.opened += 1;
        let number = self.traffic.opened;
        // Both have to be heard for a connection to come about.
        let is_cut = self.network.is_cut(client.place, server.place)
            || self.network.is_cut(server.place, client.place);
        let connection = Connection {
            client,
            server,
            lane,
            is_open: true,
            to_server: self.now,
            to_client: self.now,
            is_stuck_to_server: is_cut,
            is_stuck_to_client: is_cut,
            queue: VecDeque::new(),
            is_busy: false,
            awaited: BTreeSet::new(),
            registration: None,
        };
        self.traffic.connections.insert(number, connection);
        if let Place::Node(id) = server.place {
            self.traffic.open.insert((client, id, lane), number);
        }
        number
    }

    /// Nobody listens there: the machine says so at once, unless it is cut off or off.
    fn refuse(&mut self, party: Party, id: u64, to: i32, timeout_ms: u64) {
        let target = Place::Node(to);
        let is_silent = self.network.is_cut(party.place, target)
            || self.network.is_cut(target, party.place)
            || self.nodes.get(&to).is_none_or(|node| node.is_dark);
        let (after, failure) = match is_silent {
            true => (timeout_ms, RequestFailure::TimedOut),
            false => (
                1 + self.network.delay(&mut self.chance),
                RequestFailure::Disconnected,
            ),
        };
        self.put(after, Happening::Fails { party, id, failure });
    }

    pub(super) fn arrives(&mut self, connection: u64, id: u64, request: Request) -> Result<(), Violation> {
        let Some(found) = self.traffic.connections.get(&connection) else {
            return Ok(());
        };
        let server = found.server;
        if !self.runs(server) {
            return Ok(());
        }
        if let Some(later) = self.thaws(server) {
            let request = Box::new(request);
            self.put(
                later,
                Happening::Arrives {
                    connection,
                    id,
                    request,
                },
            );
            return Ok(());
        }
        let Some(found) = self.traffic.connections.get_mut(&connection) else {
            return Ok(());
        };
        if found.is_busy && found.lane != Lane::Quorum {
            found.queue.push_back((id, request));
            return Ok(());
        }
        found.is_busy = true;
        self.serve(connection, id, request)
    }

    /// Serves the request that waited longest on a connection.
    pub(super) fn next_is_served(&mut self, connection: u64) -> Result<(), Violation> {
        let Some(found) = self.traffic.connections.get_mut(&connection) else {
            return Ok(());
        };
        match found.queue.pop_front() {
            Some((id, request)) => self.serve(connection, id, request),
            None => Ok(()),
        }
    }

    fn serve(&mut self, connection: u64, id: u64, request: Request) -> Result<(), Violation> {
        let Some(found) = self.traffic.connections.get_mut(&connection) else {
            return Ok(());
        };
        let server = found.server;
        if let Request::Heartbeat(beat) = &request {
            let epoch = BrokerEpoch::new(beat.broker_epoch);
            found.registration = Some((BrokerId::new(beat.broker_id), epoch));
        }
        self.traffic.served += 1;
        let token = self.traffic.served;
        self.traffic.tokens.insert(token, (connection, id));
        self.step_process(server, Event::Request { token, request })
    }

    pub(super) fn respond(&mut self, token: u64, response: Response) {
        let Some((connection, id)) = self.traffic.tokens.remove(&token) else {
            return;
        };
        let now = self.now;
        let delay = self.network.delay(&mut self.chance);
        let Some(found) = self.traffic.connections.get_mut(&connection) else {
            return;
        };
        // The next one is served before any that arrives later.
        found.is_busy = !found.queue.is_empty();
        let is_busy = found.is_busy;
        let (server, client) = (found.server, found.client);
        let is_open = found.is_open;
        let at = found.to_client.max(now + delay);
        found.is_stuck_to_client |= self.network.is_cut(server.place, client.place);
        if is_open && !found.is_stuck_to_client {
            found.to_client = at;
            let response = Box::new(response);
            self.put(
                at - now,
                Happening::Answered {
                    connection,
                    id,
                    response,
                },
            );
        }
        if is_busy {
            self.put(0, Happening::NextIsServed { connection });
        }
    }

    pub(super) fn answer_arrives(
        &mut self,
        connection: u64,
        id: u64,
        response: Response,
    ) -> Result<(), Violation> {
        let Some(found) = self.traffic.connections.get(&connection) else {
            return Ok(());
        };
        let client = found.client;
        if let Some(later) = self.thaws(client) {
            let response = Box::new(response);
            self.put(
                later,
                Happening::Answered {
                    connection,
                    id,
                    response,
                },
            );
            return Ok(());
        }
        let Some(found) = self.traffic.connections.get_mut(&connection) else {
            return Ok(());
        };
        if !found.awaited.remove(&id) || !self.runs(client) {
            return Ok(());
        }
        match client.place {
            Place::Client(index) => self.step_client(index, ClientEvent::Response { id, response }),
            Place::Node(_) => self.step_process(client, Event::Response { id, response }),
            Place::Store => Ok(()),
        }
    }

    pub(super) fn tell_failure(
        &mut self,
        party: Party,
        id: u64,
        failure: RequestFailure,
    ) -> Result<(), Violation> {
        if let Some(later) = self.thaws(party) {
            self.put(later, Happening::Fails { party, id, failure });
            return Ok(());
        }
        match party.place {
            Place::Client(index) => self.step_client(index, ClientEvent::Failed { id }),
            Place::Node(_) => self.step_process(party, Event::Failed { id, failure }),
            Place::Store => Ok(()),
        }
    }

    /// The client gives up and closes the connection; what it sent may arrive all the same.
    pub(super) fn times_out(&mut self, connection: u64, id: u64) -> Result<(), Violation> {
        let Some(found) = self.traffic.connections.get_mut(&connection) else {
            return Ok(());
        };
        if !found.awaited.remove(&id) {
            return Ok(());
        }
        let client = found.client;
        self.close(connection, Closing::ByClient);
        self.tell_failure(client, id, RequestFailure::TimedOut)
    }

    /// How long a party is still frozen.
    pub(super) fn thaws(&self, party: Party) -> Option<u64> {
        let Place::Node(id) = party.place else {
            return None;
        };
        let until = self.nodes.get(&id)?.frozen_until;
        (until > self.now).then(|| until - self.now)
    }

    /// Ends a connection. Who finds out, finds out a little later.
    fn close(&mut self, number: u64, closing: Closing) {
        let Some(found) = self.traffic.connections.get_mut(&number) else {
            return;
        };
        if !found.is_open {
            return;
        }
        found.is_open = false;
        let (client, server, lane) = (found.client, found.server, found.lane);
        let awaited = std::mem::take(&mut found.awaited);
        let registration = found.registration.take();
        if let Place::Node(id) = server.place {
            self.traffic.open.remove(&(client, id, lane));
        }
        let arrives_still = closing == Closing::ByClient && self.chance.strikes(500);
        if !arrives_still {
            self.traffic.connections.remove(&number);
            self.traffic
                .tokens
                .retain(|_, (connection, _)| *connection != number);
        }
        let is_cut = self.network.is_cut(server.place, client.place);
        for id in awaited {
            let (after, failure) = match closing {
                Closing::ByClient => (0, RequestFailure::Disconnected),
                Closing::ByNetwork if !is_cut => (
                    1 + self.network.delay(&mut self.chance),
                    RequestFailure::Disconnected,
                ),
                _ => (2_000, RequestFailure::TimedOut),
            };
            self.put(
                after,
                Happening::Fails {
                    party: client,
                    id,
                    failure,
                },
            );
        }
        if let Some((broker, epoch)) = registration
            && closing != Closing::Silently
            && !self.network.is_cut(client.place, server.place)
        {
            let after = 1 + self.network.delay(&mut self.chance);
            self.put(
                after,
                Happening::Broke {
                    server,
                    broker,
                    epoch,
                },
            );
        }
    }

    /// Ends the connections of a process that ended: its peers are told by its kernel, or by nobody.
    pub(super) fn close_all_of(&mut self, party: Party, closing: Closing) {
        let is_its = |connection: &Connection| connection.client == party || connection.server == party;
        let connections = self.traffic.connections.iter();
        let its: Vec<u64> = connections
            .filter(|(_, connection)| is_its(connection))
            .map(|(number, _)| *number)
            .collect();
        for number in its {
            self.close(number, closing);
            self.traffic.connections.remove(&number);
        }
    }

    /// Breaks some connection of the network.
    pub(crate) fn break_a_connection(&mut self) {
        let open: Vec<u64> = self.traffic.open.values().copied().collect();
        if let Some(number) = self.chance.pick(&open).copied() {
            self.close(number, Closing::ByNetwork);
        }
    }
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// The client closes it; what is under way may still arrive.
    ByClient,
    /// It is reset for both.
    ByNetwork,
    /// The machine of one side is gone.
    Silently,
}
