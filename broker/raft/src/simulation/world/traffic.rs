//! Messages on their way: between members, to and from the administrator, and the failures of those that get lost.

use super::{ADMINISTRATOR, Happening, ProcessId, World};
use crate::simulation::network::Fate;
use crate::{Destination, RaftRequest, RaftResponse, RequestId, RequestToken};

impl World {
    pub(super) fn send(&mut self, from: ProcessId, id: RequestId, to: &Destination, request: RaftRequest) {
        let target: i32 = to
            .address
            .host
            .trim_start_matches('n')
            .parse()
            .expect("hosts are named n1, n2 …");
        let request = self.sabotage.request(request, &self.nodes);
        if let RaftRequest::ApiVersions(_) = &request {
            return self.answer_api_versions(from, id, target);
        }
        if self.nodes.get(&target).is_none_or(|node| node.process.is_none()) {
            let after = 1 + self.chance.below(self.network.delay_max_ms);
            return self.put(after, Happening::Failure { client: from, id });
        }
        self.deliver(from, id, target, request);
    }

    pub(super) fn deliver(&mut self, client: ProcessId, id: RequestId, to: i32, request: RaftRequest) {
        if let Fate::Arrives { after, again_after } = self.network.fate(client.0, to, &mut self.chance) {
            let again = request.clone();
            self.put(
                after,
                Happening::Request {
                    to,
                    client,
                    id,
                    request,
                },
            );
            if let Some(after) = again_after {
                self.put(
                    after,
                    Happening::Request {
                        to,
                        client,
                        id,
                        request: again,
                    },
                );
            }
        }
    }

    pub(super) fn respond(&mut self, from: i32, token: RequestToken, response: RaftResponse) {
        let Some((_, client, id)) = self.requests.remove(&token.0) else {
            return;
        };
        if client.0 == ADMINISTRATOR {
            return self.count_change(&response);
        }
        if matches!(&response, RaftResponse::UpdateRaftVoter(update) if update.error_code == 0) {
            self.counts.voters_updated += 1;
        }
        let response = self.sabotage.response(response);
        if self.sabotage.loses(&response) {
            return;
        }
        if let Fate::Arrives { after, again_after } = self.network.fate(from, client.0, &mut self.chance) {
            if let Some(after) = again_after {
                let response = response.clone();
                self.put(after, Happening::Response { client, id, response });
            }
            self.put(after, Happening::Response { client, id, response });
        }
    }

    /// A process is gone: those who wait for its answers may notice, or it is as if it were frozen.
    pub(super) fn break_connections(&mut self, server: i32) {
        if self.chance.below(2) == 0 {
            self.fail_waiting(server);
        } else {
            self.requests.retain(|_, (to, ..)| *to != server);
        }
    }

    pub(super) fn fail_waiting(&mut self, server: i32) {
        let waiting = self.requests.extract_if(.., |_, (to, ..)| *to == server);
        let waiting: Vec<_> = waiting.map(|(_, (_, client, id))| (client, id)).collect();
        for (client, id) in waiting {
            self.put(1, Happening::Failure { client, id });
        }
    }

    pub(super) fn answer_api_versions(&mut self, client: ProcessId, id: RequestId, target: i32) {
        use broker_protocol::api_versions_response::{ApiVersionsResponse, SupportedFeatureKey};
        let feature = SupportedFeatureKey {
            name: "kraft.version".into(),
            min_version: 0,
            max_version: 1,
            ..SupportedFeatureKey::default()
        };
        let response = RaftResponse::ApiVersions(ApiVersionsResponse {
            supported_features: vec![feature],
            ..ApiVersionsResponse::default()
        });
        if let Fate::Arrives { after, .. } = self.network.fate(target, client.0, &mut self.chance) {
            self.put(after, Happening::Response { client, id, response });
        }
    }

    pub(super) fn count_change(&mut self, response: &RaftResponse) {
        match response {
            RaftResponse::AddRaftVoter(response) if response.error_code == 0 => self.counts.voters_added += 1,
            RaftResponse::RemoveRaftVoter(response) if response.error_code == 0 => {
                self.counts.voters_removed += 1;
            }
            _ => {}
        }
        self.note(|| format!("administrator <- {response:?}"));
    }

    pub(in crate::simulation) fn ask_as_administrator(&mut self, to: i32, request: RaftRequest) {
        self.note(|| format!("administrator -> n{to} {request:?}"));
        self.deliver((ADMINISTRATOR, 0), RequestId(0), to, request);
    }
}
