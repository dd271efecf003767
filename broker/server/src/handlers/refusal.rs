//! What each request for the active controller is answered with when there is none in time, or when it came to another
//! node: the same code for everything that it names, as Kafka's own error answers.

use broker_codec::StringBytes;
use broker_protocol::messages::{
    AddRaftVoterRequest, AddRaftVoterResponse, AllocateProducerIdsRequest, AllocateProducerIdsResponse,
    AlterConfigsRequest, AlterConfigsResponse, AlterPartitionReassignmentsRequest,
    AlterPartitionReassignmentsResponse, AlterPartitionRequest, AlterPartitionResponse,
    AssignReplicasToDirsRequest, AssignReplicasToDirsResponse, BrokerHeartbeatRequest,
    BrokerHeartbeatResponse, BrokerRegistrationRequest, BrokerRegistrationResponse,
    ControllerRegistrationRequest, ControllerRegistrationResponse, CreatePartitionsRequest,
    CreatePartitionsResponse, CreateTopicsRequest, CreateTopicsResponse, DeleteTopicsRequest,
    DeleteTopicsResponse, DescribeQuorumRequest, DescribeQuorumResponse, ElectLeadersRequest,
    ElectLeadersResponse, IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse,
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse, RemoveRaftVoterRequest,
    RemoveRaftVoterResponse, UnregisterBrokerRequest, UnregisterBrokerResponse, UnregisterControllerRequest,
    UnregisterControllerResponse, UpdateFeaturesRequest, UpdateFeaturesResponse,
};
use broker_protocol::{
    ErrorCode, Request, alter_configs_response, create_partitions_response, create_topics_response,
    delete_topics_response, incremental_alter_configs_response,
};

/// A request that the active controller decides about.
pub trait Refuse: Request + Clone + Sync + 'static {
    /// The answer that refuses all of it with one code.
    fn refuse(&self, error: ErrorCode) -> Self::Response;

    /// How long the client is ready to wait, in milliseconds, where the request says so.
    fn timeout_ms(&self) -> Option<i32> {
        None
    }
}

fn message(error: ErrorCode) -> Option<StringBytes> {
    Some(StringBytes::from_static(error.message()))
}

/// Answers that have one code for everything.
macro_rules! one_code {
    ($($request:ident => $response:ident;)*) => {$(
        impl Refuse for $request {
            fn refuse(&self, error: ErrorCode) -> $response {
                $response {
                    error_code: error.code(),
                    ..$response::default()
                }
            }
        }
    )*};
}

one_code! {
    AddRaftVoterRequest => AddRaftVoterResponse;
    AllocateProducerIdsRequest => AllocateProducerIdsResponse;
    AlterPartitionRequest => AlterPartitionResponse;
    AssignReplicasToDirsRequest => AssignReplicasToDirsResponse;
    BrokerHeartbeatRequest => BrokerHeartbeatResponse;
    BrokerRegistrationRequest => BrokerRegistrationResponse;
    ControllerRegistrationRequest => ControllerRegistrationResponse;
    DescribeQuorumRequest => DescribeQuorumResponse;
    RemoveRaftVoterRequest => RemoveRaftVoterResponse;
    UnregisterBrokerRequest => UnregisterBrokerResponse;
    UnregisterControllerRequest => UnregisterControllerResponse;
}

/// Answers that have one code for everything, to requests that say how long they may take.
macro_rules! one_code_in_time {
    ($($request:ident => $response:ident;)*) => {$(
        impl Refuse for $request {
            fn refuse(&self, error: ErrorCode) -> $response {
                $response {
                    error_code: error.code(),
                    ..$response::default()
                }
            }

            fn timeout_ms(&self) -> Option<i32> {
                Some(self.timeout_ms)
            }
        }
    )*};
}

one_code_in_time! {
    AlterPartitionReassignmentsRequest => AlterPartitionReassignmentsResponse;
    ElectLeadersRequest => ElectLeadersResponse;
    ListPartitionReassignmentsRequest => ListPartitionReassignmentsResponse;
    UpdateFeaturesRequest => UpdateFeaturesResponse;
}

impl Refuse for CreateTopicsRequest {
    fn refuse(&self, error: ErrorCode) -> CreateTopicsResponse {
        let refused = |topic: &broker_protocol::create_topics_request::CreatableTopic| {
            create_topics_response::CreatableTopicResult {
                name: topic.name.clone(),
                error_code: error.code(),
                error_message: message(error),
                ..create_topics_response::CreatableTopicResult::default()
            }
        };
        CreateTopicsResponse {
            topics: self.topics.iter().map(refused).collect(),
            ..CreateTopicsResponse::default()
        }
    }

    fn timeout_ms(&self) -> Option<i32> {
        Some(self.timeout_ms)
    }
}

impl Refuse for DeleteTopicsRequest {
    fn refuse(&self, error: ErrorCode) -> DeleteTopicsResponse {
        let refused = |name: Option<StringBytes>, id| delete_topics_response::DeletableTopicResult {
            name,
            topic_id: id,
            error_code: error.code(),
            ..delete_topics_response::DeletableTopicResult::default()
        };
        let by_state = self
            .topics
            .iter()
            .map(|topic| refused(topic.name.clone(), topic.topic_id));
        let by_name = self
            .topic_names
            .iter()
            .map(|name| refused(Some(name.clone()), broker_model::Uuid::ZERO));
        DeleteTopicsResponse {
            responses: by_state.chain(by_name).collect(),
            ..DeleteTopicsResponse::default()
        }
    }

    fn timeout_ms(&self) -> Option<i32> {
        Some(self.timeout_ms)
    }
}

impl Refuse for CreatePartitionsRequest {
    fn refuse(&self, error: ErrorCode) -> CreatePartitionsResponse {
        let refused = |topic: &broker_protocol::create_partitions_request::CreatePartitionsTopic| {
            create_partitions_response::CreatePartitionsTopicResult {
                name: topic.name.clone(),
                error_code: error.code(),
                error_message: message(error),
                ..create_partitions_response::CreatePartitionsTopicResult::default()
            }
        };
        CreatePartitionsResponse {
            results: self.topics.iter().map(refused).collect(),
            ..CreatePartitionsResponse::default()
        }
    }

    fn timeout_ms(&self) -> Option<i32> {
        Some(self.timeout_ms)
    }
}

impl Refuse for AlterConfigsRequest {
    fn refuse(&self, error: ErrorCode) -> AlterConfigsResponse {
        let refused = |resource: &broker_protocol::alter_configs_request::AlterConfigsResource| {
            alter_configs_response::AlterConfigsResourceResponse {
                error_code: error.code(),
                error_message: message(error),
                resource_type: resource.resource_type,
                resource_name: resource.resource_name.clone(),
                ..alter_configs_response::AlterConfigsResourceResponse::default()
            }
        };
        AlterConfigsResponse {
            responses: self.resources.iter().map(refused).collect(),
            ..AlterConfigsResponse::default()
        }
    }
}

impl Refuse for IncrementalAlterConfigsRequest {
    fn refuse(&self, error: ErrorCode) -> IncrementalAlterConfigsResponse {
        let refused =
            |resource: &broker_protocol::incremental_alter_configs_request::AlterConfigsResource| {
                incremental_alter_configs_response::AlterConfigsResourceResponse {
                    error_code: error.code(),
                    error_message: message(error),
                    resource_type: resource.resource_type,
                    resource_name: resource.resource_name.clone(),
                    ..incremental_alter_configs_response::AlterConfigsResourceResponse::default()
                }
            };
        IncrementalAlterConfigsResponse {
            responses: self.resources.iter().map(refused).collect(),
            ..IncrementalAlterConfigsResponse::default()
        }
    }
}
