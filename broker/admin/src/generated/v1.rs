//! Messages, client and server of proto/eddyline/admin/v1/admin.proto.
//! Written by `cargo protos`; do not edit.
/// Asks a node about itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct BrokerStatusRequest {}
/// A node about itself.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct BrokerStatusResponse {
    /// Its node.id.
    #[prost(int32, tag = "1")]
    pub node_id: i32,
    /// The cluster that it belongs to.
    #[prost(string, tag = "2")]
    pub cluster_id: ::prost::alloc::string::String,
    /// Version of the program.
    #[prost(string, tag = "3")]
    pub version: ::prost::alloc::string::String,
    /// How far it is.
    #[prost(enumeration = "LifecycleState", tag = "4")]
    pub state: i32,
    /// Whether it decides about metadata.
    #[prost(bool, tag = "5")]
    pub is_active_controller: bool,
    /// Id of the active controller; absent while nobody is known to be.
    #[prost(int32, optional, tag = "6")]
    pub active_controller_id: ::core::option::Option<i32>,
    /// Epoch of the quorum that this node has seen last.
    #[prost(int32, tag = "7")]
    pub controller_epoch: i32,
    /// Offset of the last metadata record that it has taken in; -1 for none.
    #[prost(int64, tag = "8")]
    pub metadata_offset: i64,
    /// Whether it takes no new replicas, because all its directories are cordoned (KIP-1066).
    #[prost(bool, tag = "9")]
    pub is_cordoned: bool,
    /// Partitions that it leads.
    #[prost(uint32, tag = "10")]
    pub leading: u32,
    /// Partitions that it follows.
    #[prost(uint32, tag = "11")]
    pub following: u32,
    /// Partitions that it leads and of which a replica is not in sync.
    #[prost(uint32, tag = "12")]
    pub under_replicated: u32,
    /// Partitions that it leads and of which fewer replicas are in sync than min.insync.replicas.
    #[prost(uint32, tag = "13")]
    pub under_min_isr: u32,
    /// Partitions that it holds and that nobody leads.
    #[prost(uint32, tag = "14")]
    pub offline: u32,
    /// What would be lost if it stopped now, as far as its own view of the metadata shows; advice only. SafeToStop decides.
    #[prost(message, optional, tag = "15")]
    pub if_stopped: ::core::option::Option<Obstacles>,
}
/// Asks whether these nodes may stop together.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SafeToStopRequest {
    /// Ids of brokers and controllers; at least one.
    #[prost(int32, repeated, tag = "1")]
    pub node_ids: ::prost::alloc::vec::Vec<i32>,
    /// Most obstacles to name, at most 1000; 0 for 20.
    #[prost(uint32, tag = "2")]
    pub max_obstacles: u32,
}
/// Whether nodes may stop.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct SafeToStopResponse {
    /// True only if nothing stands in the way and everything that matters is known.
    #[prost(bool, tag = "1")]
    pub safe: bool,
    /// What stands in the way.
    #[prost(message, optional, tag = "2")]
    pub obstacles: ::core::option::Option<Obstacles>,
}
/// Asks whether a broker has caught up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CaughtUpRequest {
    /// Id of a broker or controller.
    #[prost(int32, tag = "1")]
    pub node_id: i32,
    /// Most obstacles to name, at most 1000; 0 for 20.
    #[prost(uint32, tag = "2")]
    pub max_obstacles: u32,
}
/// Whether a broker has caught up.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct CaughtUpResponse {
    /// True only if it is let in, heard, in sync with all that it holds, and everything that matters is known.
    #[prost(bool, tag = "1")]
    pub caught_up: bool,
    /// What it lacks.
    #[prost(message, optional, tag = "2")]
    pub obstacles: ::core::option::Option<Obstacles>,
}
/// What stands in the way of something.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Obstacles {
    /// Some of them, those about nodes and the quorum first, then partitions by topic and number.
    #[prost(message, repeated, tag = "1")]
    pub named: ::prost::alloc::vec::Vec<Obstacle>,
    /// How many there are of each kind, named or not.
    #[prost(message, repeated, tag = "2")]
    pub counts: ::prost::alloc::vec::Vec<ObstacleCount>,
}
/// How many obstacles there are of a kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ObstacleCount {
    /// The kind.
    #[prost(enumeration = "ObstacleKind", tag = "1")]
    pub kind: i32,
    /// How many.
    #[prost(uint64, tag = "2")]
    pub count: u64,
}
/// One thing that stands in the way.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Obstacle {
    /// Of which kind it is.
    #[prost(enumeration = "ObstacleKind", tag = "1")]
    pub kind: i32,
    /// The node that it is about, if it is about one.
    #[prost(int32, optional, tag = "2")]
    pub node_id: ::core::option::Option<i32>,
    /// The topic of the partition that it is about; empty if it is about none.
    #[prost(string, tag = "3")]
    pub topic: ::prost::alloc::string::String,
    /// Number of that partition.
    #[prost(int32, optional, tag = "4")]
    pub partition: ::core::option::Option<i32>,
    /// A sentence for people.
    #[prost(string, tag = "5")]
    pub text: ::prost::alloc::string::String,
}
/// Asks for log directories.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct LogDirsRequest {
    /// Most partitions to name, at most 10000; 0 for 10000.
    #[prost(uint32, tag = "1")]
    pub max_partitions: u32,
    /// The next_page_token of an earlier answer; empty for the first page.
    #[prost(string, tag = "2")]
    pub page_token: ::prost::alloc::string::String,
}
/// The log directories of a node.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct LogDirsResponse {
    /// The node.
    #[prost(int32, tag = "1")]
    pub node_id: i32,
    /// Its directories, all on every page.
    #[prost(message, repeated, tag = "2")]
    pub directories: ::prost::alloc::vec::Vec<LogDir>,
    /// Partitions by topic and number, from the page's first one on.
    #[prost(message, repeated, tag = "3")]
    pub partitions: ::prost::alloc::vec::Vec<PartitionSize>,
    /// To be given back for the next page; empty after the last one.
    #[prost(string, tag = "4")]
    pub next_page_token: ::prost::alloc::string::String,
}
/// Asks a node about the remote tier.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct TierStatusRequest {
    /// Most topics to name, at most 10000; 0 for 10000.
    #[prost(uint32, tag = "1")]
    pub max_topics: u32,
    /// The next_page_token of an earlier answer; empty for the first page.
    #[prost(string, tag = "2")]
    pub page_token: ::prost::alloc::string::String,
    /// Topics to name; empty for all.
    #[prost(string, repeated, tag = "3")]
    pub topics: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
}
/// The remote tier as one node sees it. Numbers of requests and bytes are counted since the node started.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct TierStatusResponse {
    /// The node.
    #[prost(int32, tag = "1")]
    pub node_id: i32,
    /// Whether this node has a remote tier at all; nothing else is said if not.
    #[prost(bool, tag = "2")]
    pub enabled: bool,
    /// Where it lies, as eddyline.remote.store.
    #[prost(string, tag = "3")]
    pub location: ::prost::alloc::string::String,
    /// Whether it can be used.
    #[prost(enumeration = "StoreState", tag = "4")]
    pub store: i32,
    /// What the store answered last, if that was a failure.
    #[prost(string, tag = "5")]
    pub store_error: ::prost::alloc::string::String,
    /// Since when it has failed, in ms since 1970; absent while it does not.
    #[prost(int64, optional, tag = "6")]
    pub failing_since_ms: ::core::option::Option<i64>,
    /// Whether nothing is copied for now (eddyline.remote.copy.paused).
    #[prost(bool, tag = "7")]
    pub paused: bool,
    /// Bytes of tiered logs on the disks of this node.
    #[prost(uint64, tag = "8")]
    pub disk_bytes: u64,
    /// Bytes that they may hold; absent without eddyline.remote.disk.bytes.
    #[prost(uint64, optional, tag = "9")]
    pub disk_limit_bytes: ::core::option::Option<u64>,
    /// Whether records for tiered topics are refused because of that.
    #[prost(bool, tag = "10")]
    pub produce_blocked: bool,
    /// Bytes that were deleted because of that before they were copied.
    #[prost(uint64, tag = "11")]
    pub dropped_bytes: u64,
    /// How long this node has counted.
    #[prost(uint64, tag = "12")]
    pub counted_ms: u64,
    /// Requests that write: objects, and each part of a large one.
    #[prost(uint64, tag = "13")]
    pub put_requests: u64,
    /// Requests that read.
    #[prost(uint64, tag = "14")]
    pub get_requests: u64,
    /// Requests that list.
    #[prost(uint64, tag = "15")]
    pub list_requests: u64,
    /// Objects that were deleted.
    #[prost(uint64, tag = "16")]
    pub delete_requests: u64,
    /// Requests that failed.
    #[prost(uint64, tag = "17")]
    pub failed_requests: u64,
    /// Bytes of segments that were copied.
    #[prost(uint64, tag = "18")]
    pub copied_bytes: u64,
    /// Bytes of segments that were read.
    #[prost(uint64, tag = "19")]
    pub read_bytes: u64,
    /// Pieces of segments that readers found in memory.
    #[prost(uint64, tag = "20")]
    pub cache_hits: u64,
    /// Pieces that were asked of the store.
    #[prost(uint64, tag = "21")]
    pub cache_misses: u64,
    /// Topics by name, from the page's first one on, as far as partitions of them are led here.
    #[prost(message, repeated, tag = "22")]
    pub topics: ::prost::alloc::vec::Vec<TierTopic>,
    /// To be given back for the next page; empty after the last one.
    #[prost(string, tag = "23")]
    pub next_page_token: ::prost::alloc::string::String,
    /// What is wrong with the store, where it cannot be used.
    #[prost(enumeration = "StoreTrouble", tag = "24")]
    pub trouble: i32,
    /// All topics together; it has no name.
    #[prost(message, optional, tag = "25")]
    pub total: ::core::option::Option<TierTopic>,
    /// How long what a restore would find of this node has not been up to date; absent while it has nothing to leave there.
    #[prost(uint64, optional, tag = "26")]
    pub backup_age_ms: ::core::option::Option<u64>,
}
/// Which topic is to be restored from where.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct PlanTopicRestoreRequest {
    /// The bucket of the other cluster, as its eddyline.remote.store.
    #[prost(string, tag = "1")]
    pub from: ::prost::alloc::string::String,
    /// The topic as it is called there.
    #[prost(string, tag = "2")]
    pub topic: ::prost::alloc::string::String,
    /// What it is to be called here; empty for the same.
    #[prost(string, tag = "3")]
    pub name: ::prost::alloc::string::String,
    /// Configuration that replaces what it had.
    #[prost(map = "string, string", tag = "4")]
    pub configs: ::std::collections::HashMap<
        ::prost::alloc::string::String,
        ::prost::alloc::string::String,
    >,
    /// Replicas of each partition; 0 for as many as it had.
    #[prost(uint32, tag = "5")]
    pub replication_factor: u32,
}
/// What a restored topic will be. It can be given back as it is.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct TopicRestorePlan {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    /// Its id. A plan makes one topic, however often it is started.
    #[prost(string, tag = "2")]
    pub topic_id: ::prost::alloc::string::String,
    /// Replicas of each partition.
    #[prost(uint32, tag = "3")]
    pub replication_factor: u32,
    /// Its configuration.
    #[prost(map = "string, string", tag = "4")]
    pub configs: ::std::collections::HashMap<
        ::prost::alloc::string::String,
        ::prost::alloc::string::String,
    >,
    /// The bucket that its segments come from.
    #[prost(string, tag = "5")]
    pub source: ::prost::alloc::string::String,
    /// The cluster whose bucket that is.
    #[prost(string, tag = "6")]
    pub source_cluster_id: ::prost::alloc::string::String,
    /// The topic's id there.
    #[prost(string, tag = "7")]
    pub source_topic_id: ::prost::alloc::string::String,
    /// When that cluster wrote its metadata there last, in ms since 1970.
    #[prost(int64, tag = "8")]
    pub written_ms: i64,
    /// The leader epoch that its logs begin with.
    #[prost(int32, tag = "9")]
    pub leader_epoch: i32,
    /// Its partitions, by number.
    #[prost(message, repeated, tag = "10")]
    pub partitions: ::prost::alloc::vec::Vec<TopicRestorePartition>,
}
/// What one partition of a restored topic will be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct TopicRestorePartition {
    /// Where its log starts.
    #[prost(int64, tag = "1")]
    pub log_start: i64,
    /// First offset that is not in the bucket.
    #[prost(int64, tag = "2")]
    pub remote_end: i64,
    /// First offset that is given anew.
    #[prost(int64, tag = "3")]
    pub resume: i64,
    /// First offset whose record was only local and is lost.
    #[prost(int64, tag = "4")]
    pub lost_from: i64,
    /// First offset behind those, as far as was seen.
    #[prost(int64, tag = "5")]
    pub lost_until: i64,
    /// Segments that are fetched.
    #[prost(uint64, tag = "6")]
    pub segments: u64,
    /// Bytes of their records.
    #[prost(uint64, tag = "7")]
    pub bytes: u64,
    /// First offset that retention will not delete as soon as it is restored; absent if it keeps everything.
    #[prost(int64, optional, tag = "8")]
    pub expires_until: ::core::option::Option<i64>,
}
/// Which topic is made.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StartTopicRestoreRequest {
    /// As PlanTopicRestore answered. Only what makes the topic counts: what is lost, how much is fetched and what expires
    /// may be left out.
    #[prost(message, optional, tag = "1")]
    pub plan: ::core::option::Option<TopicRestorePlan>,
}
/// The topic is made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StartTopicRestoreResponse {}
/// What a topic has in both tiers, as far as its partitions are led by the asked node.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct TierTopic {
    /// The topic.
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    /// Partitions of it that are led here.
    #[prost(uint32, tag = "2")]
    pub partitions: u32,
    /// Bytes on the local disks.
    #[prost(uint64, tag = "3")]
    pub local_bytes: u64,
    /// Bytes in the remote tier.
    #[prost(uint64, tag = "4")]
    pub remote_bytes: u64,
    /// Segments in the remote tier.
    #[prost(uint64, tag = "5")]
    pub remote_segments: u64,
    /// Bytes of closed segments that are not there.
    #[prost(uint64, tag = "6")]
    pub lag_bytes: u64,
    /// How many those are.
    #[prost(uint64, tag = "7")]
    pub lag_segments: u64,
    /// Age of the newest record of the oldest of them in ms; 0 when all are there.
    #[prost(uint64, tag = "8")]
    pub lag_ms: u64,
    /// Partitions of it that were restored and of which not everything is here yet.
    #[prost(uint32, tag = "9")]
    pub restoring: u32,
    /// Requests that this node has sent to the store for it: those that write, objects and parts of large ones.
    #[prost(uint64, tag = "10")]
    pub put_requests: u64,
    /// Requests that read.
    #[prost(uint64, tag = "11")]
    pub get_requests: u64,
    /// Requests that list.
    #[prost(uint64, tag = "12")]
    pub list_requests: u64,
    /// Objects that were deleted.
    #[prost(uint64, tag = "13")]
    pub delete_requests: u64,
    /// Pieces of its segments that readers found in memory.
    #[prost(uint64, tag = "14")]
    pub cache_hits: u64,
    /// Pieces that were asked of the store.
    #[prost(uint64, tag = "15")]
    pub cache_misses: u64,
}
/// One log directory.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct LogDir {
    /// Where it is.
    #[prost(string, tag = "1")]
    pub path: ::prost::alloc::string::String,
    /// Its identity; empty if it cannot be read.
    #[prost(string, tag = "2")]
    pub directory_id: ::prost::alloc::string::String,
    /// Whether it can be used.
    #[prost(bool, tag = "3")]
    pub online: bool,
    /// Size of its file system in bytes, if known.
    #[prost(uint64, optional, tag = "4")]
    pub total_bytes: ::core::option::Option<u64>,
    /// Room on its file system in bytes, if known.
    #[prost(uint64, optional, tag = "5")]
    pub usable_bytes: ::core::option::Option<u64>,
    /// Bytes of the logs in it.
    #[prost(uint64, tag = "6")]
    pub log_bytes: u64,
    /// How many partitions it holds.
    #[prost(uint32, tag = "7")]
    pub partitions: u32,
}
/// How much one partition takes.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PartitionSize {
    /// The topic.
    #[prost(string, tag = "1")]
    pub topic: ::prost::alloc::string::String,
    /// Number of the partition.
    #[prost(int32, tag = "2")]
    pub partition: i32,
    /// Place of its directory in LogDirsResponse.directories.
    #[prost(uint32, tag = "3")]
    pub directory: u32,
    /// Bytes of its log.
    #[prost(uint64, tag = "4")]
    pub bytes: u64,
}
/// Asks about the quorum.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DescribeQuorumRequest {}
/// The quorum as its leader sees it.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct DescribeQuorumResponse {
    /// The leader, which is the active controller.
    #[prost(int32, tag = "1")]
    pub leader_id: i32,
    /// Its epoch.
    #[prost(int32, tag = "2")]
    pub leader_epoch: i32,
    /// Offset below which all metadata is committed.
    #[prost(int64, tag = "3")]
    pub high_watermark: i64,
    /// Those who vote, by id.
    #[prost(message, repeated, tag = "4")]
    pub voters: ::prost::alloc::vec::Vec<QuorumMember>,
    /// Those who only fetch, by id.
    #[prost(message, repeated, tag = "5")]
    pub observers: ::prost::alloc::vec::Vec<QuorumMember>,
}
/// One that has the metadata log.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct QuorumMember {
    /// Its node.id.
    #[prost(int32, tag = "1")]
    pub node_id: i32,
    /// Identity of the directory that holds its metadata log.
    #[prost(string, tag = "2")]
    pub directory_id: ::prost::alloc::string::String,
    /// Offset after the last record that it has; absent while it has not fetched.
    #[prost(int64, optional, tag = "3")]
    pub log_end_offset: ::core::option::Option<i64>,
    /// When it fetched last, in milliseconds since 1970; absent while it has not.
    #[prost(int64, optional, tag = "4")]
    pub last_fetch_ms: ::core::option::Option<i64>,
    /// When it had everything last, in milliseconds since 1970; absent while it has not.
    #[prost(int64, optional, tag = "5")]
    pub last_caught_up_ms: ::core::option::Option<i64>,
    /// Where it listens, if it votes.
    #[prost(message, repeated, tag = "6")]
    pub listeners: ::prost::alloc::vec::Vec<Listener>,
}
/// Where a controller listens.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Listener {
    /// Name of the listener.
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    /// Host to connect to.
    #[prost(string, tag = "2")]
    pub host: ::prost::alloc::string::String,
    /// Port to connect to.
    #[prost(uint32, tag = "3")]
    pub port: u32,
}
/// Asks for one more voter.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct AddVoterRequest {
    /// Its node.id.
    #[prost(int32, tag = "1")]
    pub node_id: i32,
    /// Identity of the directory that holds its metadata log, as DescribeQuorum shows it.
    #[prost(string, tag = "2")]
    pub directory_id: ::prost::alloc::string::String,
    /// Where it listens.
    #[prost(message, repeated, tag = "3")]
    pub listeners: ::prost::alloc::vec::Vec<Listener>,
}
/// The controller votes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AddVoterResponse {}
/// Asks for one voter less.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RemoveVoterRequest {
    /// Its node.id.
    #[prost(int32, tag = "1")]
    pub node_id: i32,
    /// Identity of the directory that holds its metadata log, as DescribeQuorum shows it.
    #[prost(string, tag = "2")]
    pub directory_id: ::prost::alloc::string::String,
}
/// The controller votes no more.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RemoveVoterResponse {}
/// Names brokers whose cordon is set or lifted.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CordonRequest {
    /// Ids of brokers; at least one.
    #[prost(int32, repeated, tag = "1")]
    pub broker_ids: ::prost::alloc::vec::Vec<i32>,
}
/// The cordons are set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CordonResponse {}
/// The cordons are lifted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct UncordonResponse {}
/// Asks for a plan.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PlanRebalanceRequest {
    /// What is to be reached.
    #[prost(enumeration = "RebalanceMode", tag = "1")]
    pub mode: i32,
    /// The brokers that the mode is about; none for a full plan.
    #[prost(int32, repeated, tag = "2")]
    pub broker_ids: ::prost::alloc::vec::Vec<i32>,
    /// Most movements to name, at most 10000; 0 for 1000.
    #[prost(uint32, tag = "3")]
    pub max_movements: u32,
    /// Bytes a second that a broker may send or receive for it, for the expected time; 0 for 50 MiB.
    #[prost(uint64, tag = "4")]
    pub bytes_per_second: u64,
}
/// A plan; nothing has moved.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct RebalancePlan {
    /// By which it is started, once; the active controller keeps the last few plans until it stops or another one is elected.
    #[prost(string, tag = "1")]
    pub plan_id: ::prost::alloc::string::String,
    /// How many partitions change.
    #[prost(uint32, tag = "2")]
    pub movements_total: u32,
    /// Some of them, by topic and partition.
    #[prost(message, repeated, tag = "3")]
    pub movements: ::prost::alloc::vec::Vec<Movement>,
    /// Bytes that are copied.
    #[prost(uint64, tag = "4")]
    pub bytes: u64,
    /// Milliseconds that it takes at best.
    #[prost(uint64, tag = "5")]
    pub estimated_ms: u64,
    /// What becomes of each goal, in their order.
    #[prost(message, repeated, tag = "6")]
    pub goals: ::prost::alloc::vec::Vec<GoalChange>,
    /// Brokers whose sizes could not be asked; what they alone hold counts as nothing.
    #[prost(int32, repeated, tag = "7")]
    pub unmeasured_broker_ids: ::prost::alloc::vec::Vec<i32>,
}
/// One partition that changes.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Movement {
    /// Its topic.
    #[prost(string, tag = "1")]
    pub topic: ::prost::alloc::string::String,
    /// Its number.
    #[prost(int32, tag = "2")]
    pub partition: i32,
    /// Its replicas now, the preferred leader first.
    #[prost(int32, repeated, tag = "3")]
    pub from: ::prost::alloc::vec::Vec<i32>,
    /// Its replicas afterwards.
    #[prost(int32, repeated, tag = "4")]
    pub to: ::prost::alloc::vec::Vec<i32>,
    /// Bytes that are copied.
    #[prost(uint64, tag = "5")]
    pub bytes: u64,
    /// The first goal that asks for it, in words.
    #[prost(string, tag = "6")]
    pub why: ::prost::alloc::string::String,
}
/// How far a goal is from being met: bytes, replicas or leaders too many or too few; 0 when it is met.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GoalChange {
    /// The goal, in words.
    #[prost(string, tag = "1")]
    pub goal: ::prost::alloc::string::String,
    /// Now.
    #[prost(uint64, tag = "2")]
    pub before: u64,
    /// When the plan is executed.
    #[prost(uint64, tag = "3")]
    pub after: u64,
}
/// Starts a plan.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StartRebalanceRequest {
    /// The plan.
    #[prost(string, tag = "1")]
    pub plan_id: ::prost::alloc::string::String,
    /// How much may move at once.
    #[prost(message, optional, tag = "2")]
    pub limits: ::core::option::Option<RebalanceLimits>,
}
/// How much may move at once.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RebalanceLimits {
    /// Replicas that a broker receives, and that a leader sends; 0 for 5.
    #[prost(uint32, tag = "1")]
    pub replicas_per_broker: u32,
    /// Bytes a second that a broker sends or receives for them; 0 for no limit.
    #[prost(uint64, tag = "2")]
    pub bytes_per_second: u64,
}
/// The plan is in the metadata log; whoever becomes the active controller goes on with it.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StartRebalanceResponse {
    /// Its identity: that of the plan.
    #[prost(string, tag = "1")]
    pub rebalance_id: ::prost::alloc::string::String,
}
/// Asks to watch.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct WatchRebalanceRequest {
    /// Milliseconds between two messages, between 100 and 60000; 0 for 1000.
    #[prost(uint32, tag = "1")]
    pub interval_ms: u32,
}
/// How far the plan is that was started last. The stream ends after the message that says that it is over, and after ten
/// minutes at most; without any plan it is NOT_FOUND.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RebalanceProgress {
    /// Its identity.
    #[prost(string, tag = "1")]
    pub rebalance_id: ::prost::alloc::string::String,
    /// What became of it.
    #[prost(enumeration = "RebalanceState", tag = "2")]
    pub state: i32,
    /// When it was started, in milliseconds since 1970.
    #[prost(int64, tag = "3")]
    pub started_ms: i64,
    /// How many partitions it was about.
    #[prost(uint32, tag = "4")]
    pub planned: u32,
    /// Bytes that it was to copy.
    #[prost(uint64, tag = "5")]
    pub planned_bytes: u64,
    /// Partitions whose turn has not come.
    #[prost(uint32, tag = "6")]
    pub pending: u32,
    /// Partitions that move.
    #[prost(uint32, tag = "7")]
    pub moving: u32,
    /// Partitions that have moved.
    #[prost(uint32, tag = "8")]
    pub done: u32,
    /// Partitions that are gone, or that somebody else has moved.
    #[prost(uint32, tag = "9")]
    pub overtaken: u32,
    /// Bytes of the partitions that have moved.
    #[prost(uint64, tag = "10")]
    pub done_bytes: u64,
}
/// Cancels the plan that is executed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CancelRebalanceRequest {}
/// It is cancelled: what has moved stays, what moves is taken back where that loses nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CancelRebalanceResponse {
    /// Movements that go on, because they cannot be taken back.
    #[prost(uint32, tag = "1")]
    pub going_on: u32,
}
/// Asks to move everything off brokers.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DrainRequest {
    /// Ids of brokers; at least one.
    #[prost(int32, repeated, tag = "1")]
    pub broker_ids: ::prost::alloc::vec::Vec<i32>,
    /// How much may move at once.
    #[prost(message, optional, tag = "2")]
    pub limits: ::core::option::Option<RebalanceLimits>,
}
/// The brokers are cordoned, and what they hold moves; they are empty when the rebalance has finished.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct DrainResponse {
    /// The plan that was started; absent if they held nothing. WatchRebalance tells how far it is.
    #[prost(message, optional, tag = "1")]
    pub plan: ::core::option::Option<RebalancePlan>,
    /// Identity of the rebalance; empty if they held nothing.
    #[prost(string, tag = "2")]
    pub rebalance_id: ::prost::alloc::string::String,
}
/// Asks how the cluster stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ClusterStatusRequest {}
/// How the cluster stands.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ClusterStatusResponse {
    /// The cluster.
    #[prost(string, tag = "1")]
    pub cluster_id: ::prost::alloc::string::String,
    /// Offset of the last metadata record that this rests on.
    #[prost(int64, tag = "2")]
    pub metadata_offset: i64,
    /// All registered brokers, by id.
    #[prost(message, repeated, tag = "3")]
    pub brokers: ::prost::alloc::vec::Vec<BrokerStanding>,
    /// Partitions, all of them.
    #[prost(uint64, tag = "4")]
    pub partitions: u64,
    /// Those with a replica out of sync.
    #[prost(uint64, tag = "5")]
    pub under_replicated: u64,
    /// Those with fewer replicas in sync than min.insync.replicas asks for.
    #[prost(uint64, tag = "6")]
    pub under_min_isr: u64,
    /// Those without a leader.
    #[prost(uint64, tag = "7")]
    pub offline: u64,
    /// Most replicas of a partition, without those that are to go; 0 without partitions.
    #[prost(uint32, tag = "8")]
    pub largest_replication_factor: u32,
    /// Replicas that are added and not in sync yet, and those that are to go.
    #[prost(uint64, tag = "9")]
    pub moving_replicas: u64,
    /// Registered brokers for which SpreadTo was asked, however it ended; unregistering a broker forgets it.
    #[prost(int32, repeated, tag = "10")]
    pub spread_to_broker_ids: ::prost::alloc::vec::Vec<i32>,
}
/// A registered broker.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct BrokerStanding {
    /// Its node.id.
    #[prost(int32, tag = "1")]
    pub broker_id: i32,
    /// Whether the controller sends no clients to it.
    #[prost(bool, tag = "2")]
    pub is_fenced: bool,
    /// Whether it takes no new replicas, because all its directories are cordoned (KIP-1066).
    #[prost(bool, tag = "3")]
    pub is_cordoned: bool,
    /// Replicas that it has or is getting, those of running reassignments included.
    #[prost(uint64, tag = "4")]
    pub replicas: u64,
    /// Partitions that it leads.
    #[prost(uint64, tag = "5")]
    pub leaders: u64,
    /// Partitions that it leads and another replica in sync could.
    #[prost(uint64, tag = "6")]
    pub movable_leaders: u64,
}
/// Asks that a broker leads nothing that another one could lead.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct MoveLeadersAwayRequest {
    /// Its node.id.
    #[prost(int32, tag = "1")]
    pub broker_id: i32,
}
/// Leaders have moved; what is left has no other replica in sync.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct MoveLeadersAwayResponse {
    /// How many moved.
    #[prost(uint64, tag = "1")]
    pub moved: u64,
}
/// Asks to move some replicas to brokers.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SpreadToRequest {
    /// Ids of brokers; at least one.
    #[prost(int32, repeated, tag = "1")]
    pub broker_ids: ::prost::alloc::vec::Vec<i32>,
    /// How much may move at once.
    #[prost(message, optional, tag = "2")]
    pub limits: ::core::option::Option<RebalanceLimits>,
}
/// The brokers get their share; they have it when the rebalance has finished.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct SpreadToResponse {
    /// The plan that was started; absent if nothing has to move. WatchRebalance tells how far it is.
    #[prost(message, optional, tag = "1")]
    pub plan: ::core::option::Option<RebalancePlan>,
    /// Identity of the rebalance; empty if nothing has to move.
    #[prost(string, tag = "2")]
    pub rebalance_id: ::prost::alloc::string::String,
}
/// How far a node is with starting and stopping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum LifecycleState {
    /// Not told.
    Unspecified = 0,
    /// It reads its logs, or waits to be let in.
    Starting = 1,
    /// It is registered and the controller lets no clients in.
    Fenced = 2,
    /// It serves clients.
    Running = 3,
    /// It has asked to be stopped and hands over what it leads.
    ControlledShutdown = 4,
    /// It takes no more clients.
    Stopping = 5,
    /// It serves no clients ever: it is a controller alone.
    Controller = 6,
}
impl LifecycleState {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "LIFECYCLE_STATE_UNSPECIFIED",
            Self::Starting => "LIFECYCLE_STATE_STARTING",
            Self::Fenced => "LIFECYCLE_STATE_FENCED",
            Self::Running => "LIFECYCLE_STATE_RUNNING",
            Self::ControlledShutdown => "LIFECYCLE_STATE_CONTROLLED_SHUTDOWN",
            Self::Stopping => "LIFECYCLE_STATE_STOPPING",
            Self::Controller => "LIFECYCLE_STATE_CONTROLLER",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "LIFECYCLE_STATE_UNSPECIFIED" => Some(Self::Unspecified),
            "LIFECYCLE_STATE_STARTING" => Some(Self::Starting),
            "LIFECYCLE_STATE_FENCED" => Some(Self::Fenced),
            "LIFECYCLE_STATE_RUNNING" => Some(Self::Running),
            "LIFECYCLE_STATE_CONTROLLED_SHUTDOWN" => Some(Self::ControlledShutdown),
            "LIFECYCLE_STATE_STOPPING" => Some(Self::Stopping),
            "LIFECYCLE_STATE_CONTROLLER" => Some(Self::Controller),
            _ => None,
        }
    }
}
/// What can stand in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ObstacleKind {
    /// Not told; it counts as an obstacle like any other.
    Unspecified = 0,
    /// The active controller could not tell how its quorum is.
    QuorumUnknown = 1,
    /// The controller's metadata is behind what the quorum has committed.
    MetadataStale = 2,
    /// No majority of the voters is up to date now.
    QuorumWithoutMajority = 3,
    /// No majority of the voters that are up to date would be left.
    QuorumWouldLoseMajority = 4,
    /// The cluster does not know the node.
    UnknownNode = 5,
    /// The partition has no leader already.
    PartitionWithoutLeader = 6,
    /// The partition's leader was elected unclean and is not repaired yet.
    PartitionRecovering = 7,
    /// All replicas of the partition would stop, in sync or not: with one replica nothing else is possible.
    PartitionLosesAllReplicas = 8,
    /// No replica that is in sync would be left.
    PartitionWouldBeOffline = 9,
    /// Fewer replicas in sync would be left than min.insync.replicas asks for.
    PartitionWouldBeUnderMinIsr = 10,
    /// The node's replica is not in sync.
    ReplicaNotInSync = 11,
    /// The node's replica lies in a directory that is offline or lost.
    ReplicaOffline = 12,
    /// The broker is fenced: no clients are sent to it.
    BrokerFenced = 13,
    /// The broker is on its way to stop.
    BrokerStopping = 14,
    /// The active controller has not heard the broker in time, or not since it became active.
    BrokerNotHeard = 15,
    /// The broker has not read the newest metadata.
    BrokerMetadataBehind = 16,
    /// The voter has not read the newest metadata, or is silent.
    VoterBehind = 17,
}
impl ObstacleKind {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "OBSTACLE_KIND_UNSPECIFIED",
            Self::QuorumUnknown => "OBSTACLE_KIND_QUORUM_UNKNOWN",
            Self::MetadataStale => "OBSTACLE_KIND_METADATA_STALE",
            Self::QuorumWithoutMajority => "OBSTACLE_KIND_QUORUM_WITHOUT_MAJORITY",
            Self::QuorumWouldLoseMajority => "OBSTACLE_KIND_QUORUM_WOULD_LOSE_MAJORITY",
            Self::UnknownNode => "OBSTACLE_KIND_UNKNOWN_NODE",
            Self::PartitionWithoutLeader => "OBSTACLE_KIND_PARTITION_WITHOUT_LEADER",
            Self::PartitionRecovering => "OBSTACLE_KIND_PARTITION_RECOVERING",
            Self::PartitionLosesAllReplicas => {
                "OBSTACLE_KIND_PARTITION_LOSES_ALL_REPLICAS"
            }
            Self::PartitionWouldBeOffline => "OBSTACLE_KIND_PARTITION_WOULD_BE_OFFLINE",
            Self::PartitionWouldBeUnderMinIsr => {
                "OBSTACLE_KIND_PARTITION_WOULD_BE_UNDER_MIN_ISR"
            }
            Self::ReplicaNotInSync => "OBSTACLE_KIND_REPLICA_NOT_IN_SYNC",
            Self::ReplicaOffline => "OBSTACLE_KIND_REPLICA_OFFLINE",
            Self::BrokerFenced => "OBSTACLE_KIND_BROKER_FENCED",
            Self::BrokerStopping => "OBSTACLE_KIND_BROKER_STOPPING",
            Self::BrokerNotHeard => "OBSTACLE_KIND_BROKER_NOT_HEARD",
            Self::BrokerMetadataBehind => "OBSTACLE_KIND_BROKER_METADATA_BEHIND",
            Self::VoterBehind => "OBSTACLE_KIND_VOTER_BEHIND",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "OBSTACLE_KIND_UNSPECIFIED" => Some(Self::Unspecified),
            "OBSTACLE_KIND_QUORUM_UNKNOWN" => Some(Self::QuorumUnknown),
            "OBSTACLE_KIND_METADATA_STALE" => Some(Self::MetadataStale),
            "OBSTACLE_KIND_QUORUM_WITHOUT_MAJORITY" => Some(Self::QuorumWithoutMajority),
            "OBSTACLE_KIND_QUORUM_WOULD_LOSE_MAJORITY" => {
                Some(Self::QuorumWouldLoseMajority)
            }
            "OBSTACLE_KIND_UNKNOWN_NODE" => Some(Self::UnknownNode),
            "OBSTACLE_KIND_PARTITION_WITHOUT_LEADER" => {
                Some(Self::PartitionWithoutLeader)
            }
            "OBSTACLE_KIND_PARTITION_RECOVERING" => Some(Self::PartitionRecovering),
            "OBSTACLE_KIND_PARTITION_LOSES_ALL_REPLICAS" => {
                Some(Self::PartitionLosesAllReplicas)
            }
            "OBSTACLE_KIND_PARTITION_WOULD_BE_OFFLINE" => {
                Some(Self::PartitionWouldBeOffline)
            }
            "OBSTACLE_KIND_PARTITION_WOULD_BE_UNDER_MIN_ISR" => {
                Some(Self::PartitionWouldBeUnderMinIsr)
            }
            "OBSTACLE_KIND_REPLICA_NOT_IN_SYNC" => Some(Self::ReplicaNotInSync),
            "OBSTACLE_KIND_REPLICA_OFFLINE" => Some(Self::ReplicaOffline),
            "OBSTACLE_KIND_BROKER_FENCED" => Some(Self::BrokerFenced),
            "OBSTACLE_KIND_BROKER_STOPPING" => Some(Self::BrokerStopping),
            "OBSTACLE_KIND_BROKER_NOT_HEARD" => Some(Self::BrokerNotHeard),
            "OBSTACLE_KIND_BROKER_METADATA_BEHIND" => Some(Self::BrokerMetadataBehind),
            "OBSTACLE_KIND_VOTER_BEHIND" => Some(Self::VoterBehind),
            _ => None,
        }
    }
}
/// Whether a node can use its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum StoreState {
    /// Not told.
    Unspecified = 0,
    /// Nobody knows yet.
    Untried = 1,
    /// It was found fit and answers.
    Used = 2,
    /// It does not answer, or answers with errors; it is tried again.
    Failing = 3,
    /// It must not be used, and is not until a restart.
    Refused = 4,
}
impl StoreState {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "STORE_STATE_UNSPECIFIED",
            Self::Untried => "STORE_STATE_UNTRIED",
            Self::Used => "STORE_STATE_USED",
            Self::Failing => "STORE_STATE_FAILING",
            Self::Refused => "STORE_STATE_REFUSED",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "STORE_STATE_UNSPECIFIED" => Some(Self::Unspecified),
            "STORE_STATE_UNTRIED" => Some(Self::Untried),
            "STORE_STATE_USED" => Some(Self::Used),
            "STORE_STATE_FAILING" => Some(Self::Failing),
            "STORE_STATE_REFUSED" => Some(Self::Refused),
            _ => None,
        }
    }
}
/// Why a store cannot be used. Each asks for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum StoreTrouble {
    /// Nothing is wrong, or nobody knows yet.
    Unspecified = 0,
    /// It does not answer, or with errors that pass.
    Unreachable = 1,
    /// The keys or the token are not valid.
    Credentials = 2,
    /// They are, and may not do this.
    Denied = 3,
    /// There is no such bucket.
    NoBucket = 4,
    /// The bucket lies in another region.
    Region = 5,
    /// The clocks of the node and of the store differ too much.
    Clock = 6,
    /// It has no room.
    Full = 7,
    /// The prefix belongs to another cluster.
    OtherCluster = 8,
    /// It does not honour conditional writes.
    NoConditions = 9,
    /// What is configured is no store.
    Configuration = 10,
}
impl StoreTrouble {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "STORE_TROUBLE_UNSPECIFIED",
            Self::Unreachable => "STORE_TROUBLE_UNREACHABLE",
            Self::Credentials => "STORE_TROUBLE_CREDENTIALS",
            Self::Denied => "STORE_TROUBLE_DENIED",
            Self::NoBucket => "STORE_TROUBLE_NO_BUCKET",
            Self::Region => "STORE_TROUBLE_REGION",
            Self::Clock => "STORE_TROUBLE_CLOCK",
            Self::Full => "STORE_TROUBLE_FULL",
            Self::OtherCluster => "STORE_TROUBLE_OTHER_CLUSTER",
            Self::NoConditions => "STORE_TROUBLE_NO_CONDITIONS",
            Self::Configuration => "STORE_TROUBLE_CONFIGURATION",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "STORE_TROUBLE_UNSPECIFIED" => Some(Self::Unspecified),
            "STORE_TROUBLE_UNREACHABLE" => Some(Self::Unreachable),
            "STORE_TROUBLE_CREDENTIALS" => Some(Self::Credentials),
            "STORE_TROUBLE_DENIED" => Some(Self::Denied),
            "STORE_TROUBLE_NO_BUCKET" => Some(Self::NoBucket),
            "STORE_TROUBLE_REGION" => Some(Self::Region),
            "STORE_TROUBLE_CLOCK" => Some(Self::Clock),
            "STORE_TROUBLE_FULL" => Some(Self::Full),
            "STORE_TROUBLE_OTHER_CLUSTER" => Some(Self::OtherCluster),
            "STORE_TROUBLE_NO_CONDITIONS" => Some(Self::NoConditions),
            "STORE_TROUBLE_CONFIGURATION" => Some(Self::Configuration),
            _ => None,
        }
    }
}
/// What a plan is to reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum RebalanceMode {
    /// Not told; it is refused.
    Unspecified = 0,
    /// All goals over all brokers.
    Full = 1,
    /// The named brokers, which are new, get their share; between the others nothing moves.
    AddBrokers = 2,
    /// The named brokers hold nothing any more; nothing else moves.
    RemoveBrokers = 3,
}
impl RebalanceMode {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "REBALANCE_MODE_UNSPECIFIED",
            Self::Full => "REBALANCE_MODE_FULL",
            Self::AddBrokers => "REBALANCE_MODE_ADD_BROKERS",
            Self::RemoveBrokers => "REBALANCE_MODE_REMOVE_BROKERS",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "REBALANCE_MODE_UNSPECIFIED" => Some(Self::Unspecified),
            "REBALANCE_MODE_FULL" => Some(Self::Full),
            "REBALANCE_MODE_ADD_BROKERS" => Some(Self::AddBrokers),
            "REBALANCE_MODE_REMOVE_BROKERS" => Some(Self::RemoveBrokers),
            _ => None,
        }
    }
}
/// What became of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum RebalanceState {
    /// Not told.
    Unspecified = 0,
    /// It is executed.
    Running = 1,
    /// Nothing is left to do.
    Finished = 2,
    /// It was cancelled.
    Cancelled = 3,
}
impl RebalanceState {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "REBALANCE_STATE_UNSPECIFIED",
            Self::Running => "REBALANCE_STATE_RUNNING",
            Self::Finished => "REBALANCE_STATE_FINISHED",
            Self::Cancelled => "REBALANCE_STATE_CANCELLED",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "REBALANCE_STATE_UNSPECIFIED" => Some(Self::Unspecified),
            "REBALANCE_STATE_RUNNING" => Some(Self::Running),
            "REBALANCE_STATE_FINISHED" => Some(Self::Finished),
            "REBALANCE_STATE_CANCELLED" => Some(Self::Cancelled),
            _ => None,
        }
    }
}
/// Generated client implementations.
pub mod admin_client {
    #![allow(
        unused_variables,
        dead_code,
        missing_docs,
        clippy::wildcard_imports,
        clippy::let_unit_value,
    )]
    use tonic::codegen::*;
    use tonic::codegen::http::Uri;
    /// The service of one node.
    #[derive(Debug, Clone)]
    pub struct AdminClient<T> {
        inner: tonic::client::Grpc<T>,
    }
    impl AdminClient<tonic::transport::Channel> {
        /// Attempt to create a new client by connecting to a given endpoint.
        pub async fn connect<D>(dst: D) -> Result<Self, tonic::transport::Error>
        where
            D: TryInto<tonic::transport::Endpoint>,
            D::Error: Into<StdError>,
        {
            let conn = tonic::transport::Endpoint::new(dst)?.connect().await?;
            Ok(Self::new(conn))
        }
    }
    impl<T> AdminClient<T>
    where
        T: tonic::client::GrpcService<tonic::body::Body>,
        T::Error: Into<StdError>,
        T::ResponseBody: Body<Data = Bytes> + std::marker::Send + 'static,
        <T::ResponseBody as Body>::Error: Into<StdError> + std::marker::Send,
    {
        pub fn new(inner: T) -> Self {
            let inner = tonic::client::Grpc::new(inner);
            Self { inner }
        }
        pub fn with_origin(inner: T, origin: Uri) -> Self {
            let inner = tonic::client::Grpc::with_origin(inner, origin);
            Self { inner }
        }
        pub fn with_interceptor<F>(
            inner: T,
            interceptor: F,
        ) -> AdminClient<InterceptedService<T, F>>
        where
            F: tonic::service::Interceptor,
            T::ResponseBody: Default,
            T: tonic::codegen::Service<
                http::Request<tonic::body::Body>,
                Response = http::Response<
                    <T as tonic::client::GrpcService<tonic::body::Body>>::ResponseBody,
                >,
            >,
            <T as tonic::codegen::Service<
                http::Request<tonic::body::Body>,
            >>::Error: Into<StdError> + std::marker::Send + std::marker::Sync,
        {
            AdminClient::new(InterceptedService::new(inner, interceptor))
        }
        /// Compress requests with the given encoding.
        ///
        /// This requires the server to support it otherwise it might respond with an
        /// error.
        #[must_use]
        pub fn send_compressed(mut self, encoding: CompressionEncoding) -> Self {
            self.inner = self.inner.send_compressed(encoding);
            self
        }
        /// Enable decompressing responses.
        #[must_use]
        pub fn accept_compressed(mut self, encoding: CompressionEncoding) -> Self {
            self.inner = self.inner.accept_compressed(encoding);
            self
        }
        /// Limits the maximum size of a decoded message.
        ///
        /// Default: `4MB`
        #[must_use]
        pub fn max_decoding_message_size(mut self, limit: usize) -> Self {
            self.inner = self.inner.max_decoding_message_size(limit);
            self
        }
        /// Limits the maximum size of an encoded message.
        ///
        /// Default: `usize::MAX`
        #[must_use]
        pub fn max_encoding_message_size(mut self, limit: usize) -> Self {
            self.inner = self.inner.max_encoding_message_size(limit);
            self
        }
        /// How the asked node is; every node answers for itself.
        pub async fn broker_status(
            &mut self,
            request: impl tonic::IntoRequest<super::BrokerStatusRequest>,
        ) -> std::result::Result<
            tonic::Response<super::BrokerStatusResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/BrokerStatus",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "BrokerStatus"));
            self.inner.unary(req, path, codec).await
        }
        /// Whether these nodes may stop together without anything becoming unavailable. The active controller answers.
        pub async fn safe_to_stop(
            &mut self,
            request: impl tonic::IntoRequest<super::SafeToStopRequest>,
        ) -> std::result::Result<
            tonic::Response<super::SafeToStopResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/SafeToStop",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "SafeToStop"));
            self.inner.unary(req, path, codec).await
        }
        /// Whether a broker has all that it holds, so that the next one may be restarted. The active controller answers.
        pub async fn caught_up(
            &mut self,
            request: impl tonic::IntoRequest<super::CaughtUpRequest>,
        ) -> std::result::Result<
            tonic::Response<super::CaughtUpResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/CaughtUp",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "CaughtUp"));
            self.inner.unary(req, path, codec).await
        }
        /// The log directories of the asked node and the sizes of the partitions in them; every node answers for itself.
        pub async fn log_dirs(
            &mut self,
            request: impl tonic::IntoRequest<super::LogDirsRequest>,
        ) -> std::result::Result<
            tonic::Response<super::LogDirsResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/LogDirs",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "LogDirs"));
            self.inner.unary(req, path, codec).await
        }
        /// The remote tier as the asked node sees and uses it; every node answers for itself.
        pub async fn tier_status(
            &mut self,
            request: impl tonic::IntoRequest<super::TierStatusRequest>,
        ) -> std::result::Result<
            tonic::Response<super::TierStatusResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/TierStatus",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "TierStatus"));
            self.inner.unary(req, path, codec).await
        }
        /// What a topic of another cluster's bucket would be in this cluster; nothing is changed. Any broker with a remote tier
        /// answers: it reads that bucket with the access that it has to its own.
        pub async fn plan_topic_restore(
            &mut self,
            request: impl tonic::IntoRequest<super::PlanTopicRestoreRequest>,
        ) -> std::result::Result<
            tonic::Response<super::TopicRestorePlan>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/PlanTopicRestore",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "PlanTopicRestore"));
            self.inner.unary(req, path, codec).await
        }
        /// Makes the topic of a plan. Its partitions serve at once; what they have in the other bucket is fetched by their
        /// leaders. The active controller answers.
        pub async fn start_topic_restore(
            &mut self,
            request: impl tonic::IntoRequest<super::StartTopicRestoreRequest>,
        ) -> std::result::Result<
            tonic::Response<super::StartTopicRestoreResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/StartTopicRestore",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "StartTopicRestore"));
            self.inner.unary(req, path, codec).await
        }
        /// What each broker holds and could hand over, how well partitions are replicated, what moves. The active controller
        /// answers, from committed metadata.
        pub async fn cluster_status(
            &mut self,
            request: impl tonic::IntoRequest<super::ClusterStatusRequest>,
        ) -> std::result::Result<
            tonic::Response<super::ClusterStatusResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/ClusterStatus",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "ClusterStatus"));
            self.inner.unary(req, path, codec).await
        }
        /// Gives what a broker leads to other replicas in sync, where there are any, so that it can be stopped without a client
        /// noticing. The broker stays in sync; the automatic balance of leaders gives them back later. The active controller
        /// answers.
        pub async fn move_leaders_away(
            &mut self,
            request: impl tonic::IntoRequest<super::MoveLeadersAwayRequest>,
        ) -> std::result::Result<
            tonic::Response<super::MoveLeadersAwayResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/MoveLeadersAway",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "MoveLeadersAway"));
            self.inner.unary(req, path, codec).await
        }
        /// Who votes about metadata, and how far everybody is. The active controller answers.
        pub async fn describe_quorum(
            &mut self,
            request: impl tonic::IntoRequest<super::DescribeQuorumRequest>,
        ) -> std::result::Result<
            tonic::Response<super::DescribeQuorumResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/DescribeQuorum",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "DescribeQuorum"));
            self.inner.unary(req, path, codec).await
        }
        /// Makes a controller that fetches already a voter (KIP-853). The active controller answers.
        pub async fn add_voter(
            &mut self,
            request: impl tonic::IntoRequest<super::AddVoterRequest>,
        ) -> std::result::Result<
            tonic::Response<super::AddVoterResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/AddVoter",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "AddVoter"));
            self.inner.unary(req, path, codec).await
        }
        /// Takes the vote from a controller (KIP-853). The active controller answers.
        pub async fn remove_voter(
            &mut self,
            request: impl tonic::IntoRequest<super::RemoveVoterRequest>,
        ) -> std::result::Result<
            tonic::Response<super::RemoveVoterResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/RemoveVoter",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "RemoveVoter"));
            self.inner.unary(req, path, codec).await
        }
        /// No new replicas for these brokers, until the cordon is lifted (KIP-1066). The active controller answers.
        pub async fn cordon(
            &mut self,
            request: impl tonic::IntoRequest<super::CordonRequest>,
        ) -> std::result::Result<tonic::Response<super::CordonResponse>, tonic::Status> {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/Cordon",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "Cordon"));
            self.inner.unary(req, path, codec).await
        }
        /// Lifts cordons. The active controller answers.
        pub async fn uncordon(
            &mut self,
            request: impl tonic::IntoRequest<super::CordonRequest>,
        ) -> std::result::Result<
            tonic::Response<super::UncordonResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/Uncordon",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "Uncordon"));
            self.inner.unary(req, path, codec).await
        }
        /// Cordons brokers and moves everything off them. The active controller answers.
        pub async fn drain(
            &mut self,
            request: impl tonic::IntoRequest<super::DrainRequest>,
        ) -> std::result::Result<tonic::Response<super::DrainResponse>, tonic::Status> {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/Drain",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "Drain"));
            self.inner.unary(req, path, codec).await
        }
        /// Moves some replicas to brokers that are new, and notes that it was asked for. The active controller answers.
        pub async fn spread_to(
            &mut self,
            request: impl tonic::IntoRequest<super::SpreadToRequest>,
        ) -> std::result::Result<
            tonic::Response<super::SpreadToResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/SpreadTo",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "SpreadTo"));
            self.inner.unary(req, path, codec).await
        }
        /// Says what would move, and moves nothing. The active controller answers.
        pub async fn plan_rebalance(
            &mut self,
            request: impl tonic::IntoRequest<super::PlanRebalanceRequest>,
        ) -> std::result::Result<tonic::Response<super::RebalancePlan>, tonic::Status> {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/PlanRebalance",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "PlanRebalance"));
            self.inner.unary(req, path, codec).await
        }
        /// Starts a plan that was made. The active controller answers.
        pub async fn start_rebalance(
            &mut self,
            request: impl tonic::IntoRequest<super::StartRebalanceRequest>,
        ) -> std::result::Result<
            tonic::Response<super::StartRebalanceResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/StartRebalance",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "StartRebalance"));
            self.inner.unary(req, path, codec).await
        }
        /// Tells again and again how far the plan is that was started last. The active controller answers.
        pub async fn watch_rebalance(
            &mut self,
            request: impl tonic::IntoRequest<super::WatchRebalanceRequest>,
        ) -> std::result::Result<
            tonic::Response<tonic::codec::Streaming<super::RebalanceProgress>>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/WatchRebalance",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "WatchRebalance"));
            self.inner.server_streaming(req, path, codec).await
        }
        /// Cancels the plan that is executed. The active controller answers.
        pub async fn cancel_rebalance(
            &mut self,
            request: impl tonic::IntoRequest<super::CancelRebalanceRequest>,
        ) -> std::result::Result<
            tonic::Response<super::CancelRebalanceResponse>,
            tonic::Status,
        > {
            self.inner
                .ready()
                .await
                .map_err(|e| {
                    tonic::Status::unknown(
                        format!("Service was not ready: {}", e.into()),
                    )
                })?;
            let codec = tonic_prost::ProstCodec::default();
            let path = http::uri::PathAndQuery::from_static(
                "/eddyline.admin.v1.Admin/CancelRebalance",
            );
            let mut req = request.into_request();
            req.extensions_mut()
                .insert(GrpcMethod::new("eddyline.admin.v1.Admin", "CancelRebalance"));
            self.inner.unary(req, path, codec).await
        }
    }
}
/// Generated server implementations.
pub mod admin_server {
    #![allow(
        unused_variables,
        dead_code,
        missing_docs,
        clippy::wildcard_imports,
        clippy::let_unit_value,
    )]
    use tonic::codegen::*;
    /// Generated trait containing gRPC methods that should be implemented for use with AdminServer.
    #[async_trait]
    pub trait Admin: std::marker::Send + std::marker::Sync + 'static {
        /// How the asked node is; every node answers for itself.
        async fn broker_status(
            &self,
            request: tonic::Request<super::BrokerStatusRequest>,
        ) -> std::result::Result<
            tonic::Response<super::BrokerStatusResponse>,
            tonic::Status,
        >;
        /// Whether these nodes may stop together without anything becoming unavailable. The active controller answers.
        async fn safe_to_stop(
            &self,
            request: tonic::Request<super::SafeToStopRequest>,
        ) -> std::result::Result<
            tonic::Response<super::SafeToStopResponse>,
            tonic::Status,
        >;
        /// Whether a broker has all that it holds, so that the next one may be restarted. The active controller answers.
        async fn caught_up(
            &self,
            request: tonic::Request<super::CaughtUpRequest>,
        ) -> std::result::Result<
            tonic::Response<super::CaughtUpResponse>,
            tonic::Status,
        >;
        /// The log directories of the asked node and the sizes of the partitions in them; every node answers for itself.
        async fn log_dirs(
            &self,
            request: tonic::Request<super::LogDirsRequest>,
        ) -> std::result::Result<tonic::Response<super::LogDirsResponse>, tonic::Status>;
        /// The remote tier as the asked node sees and uses it; every node answers for itself.
        async fn tier_status(
            &self,
            request: tonic::Request<super::TierStatusRequest>,
        ) -> std::result::Result<
            tonic::Response<super::TierStatusResponse>,
            tonic::Status,
        >;
        /// What a topic of another cluster's bucket would be in this cluster; nothing is changed. Any broker with a remote tier
        /// answers: it reads that bucket with the access that it has to its own.
        async fn plan_topic_restore(
            &self,
            request: tonic::Request<super::PlanTopicRestoreRequest>,
        ) -> std::result::Result<
            tonic::Response<super::TopicRestorePlan>,
            tonic::Status,
        >;
        /// Makes the topic of a plan. Its partitions serve at once; what they have in the other bucket is fetched by their
        /// leaders. The active controller answers.
        async fn start_topic_restore(
            &self,
            request: tonic::Request<super::StartTopicRestoreRequest>,
        ) -> std::result::Result<
            tonic::Response<super::StartTopicRestoreResponse>,
            tonic::Status,
        >;
        /// What each broker holds and could hand over, how well partitions are replicated, what moves. The active controller
        /// answers, from committed metadata.
        async fn cluster_status(
            &self,
            request: tonic::Request<super::ClusterStatusRequest>,
        ) -> std::result::Result<
            tonic::Response<super::ClusterStatusResponse>,
            tonic::Status,
        >;
        /// Gives what a broker leads to other replicas in sync, where there are any, so that it can be stopped without a client
        /// noticing. The broker stays in sync; the automatic balance of leaders gives them back later. The active controller
        /// answers.
        async fn move_leaders_away(
            &self,
            request: tonic::Request<super::MoveLeadersAwayRequest>,
        ) -> std::result::Result<
            tonic::Response<super::MoveLeadersAwayResponse>,
            tonic::Status,
        >;
        /// Who votes about metadata, and how far everybody is. The active controller answers.
        async fn describe_quorum(
            &self,
            request: tonic::Request<super::DescribeQuorumRequest>,
        ) -> std::result::Result<
            tonic::Response<super::DescribeQuorumResponse>,
            tonic::Status,
        >;
        /// Makes a controller that fetches already a voter (KIP-853). The active controller answers.
        async fn add_voter(
            &self,
            request: tonic::Request<super::AddVoterRequest>,
        ) -> std::result::Result<
            tonic::Response<super::AddVoterResponse>,
            tonic::Status,
        >;
        /// Takes the vote from a controller (KIP-853). The active controller answers.
        async fn remove_voter(
            &self,
            request: tonic::Request<super::RemoveVoterRequest>,
        ) -> std::result::Result<
            tonic::Response<super::RemoveVoterResponse>,
            tonic::Status,
        >;
        /// No new replicas for these brokers, until the cordon is lifted (KIP-1066). The active controller answers.
        async fn cordon(
            &self,
            request: tonic::Request<super::CordonRequest>,
        ) -> std::result::Result<tonic::Response<super::CordonResponse>, tonic::Status>;
        /// Lifts cordons. The active controller answers.
        async fn uncordon(
            &self,
            request: tonic::Request<super::CordonRequest>,
        ) -> std::result::Result<
            tonic::Response<super::UncordonResponse>,
            tonic::Status,
        >;
        /// Cordons brokers and moves everything off them. The active controller answers.
        async fn drain(
            &self,
            request: tonic::Request<super::DrainRequest>,
        ) -> std::result::Result<tonic::Response<super::DrainResponse>, tonic::Status>;
        /// Moves some replicas to brokers that are new, and notes that it was asked for. The active controller answers.
        async fn spread_to(
            &self,
            request: tonic::Request<super::SpreadToRequest>,
        ) -> std::result::Result<
            tonic::Response<super::SpreadToResponse>,
            tonic::Status,
        >;
        /// Says what would move, and moves nothing. The active controller answers.
        async fn plan_rebalance(
            &self,
            request: tonic::Request<super::PlanRebalanceRequest>,
        ) -> std::result::Result<tonic::Response<super::RebalancePlan>, tonic::Status>;
        /// Starts a plan that was made. The active controller answers.
        async fn start_rebalance(
            &self,
            request: tonic::Request<super::StartRebalanceRequest>,
        ) -> std::result::Result<
            tonic::Response<super::StartRebalanceResponse>,
            tonic::Status,
        >;
        /// Server streaming response type for the WatchRebalance method.
        type WatchRebalanceStream: tonic::codegen::tokio_stream::Stream<
                Item = std::result::Result<super::RebalanceProgress, tonic::Status>,
            >
            + std::marker::Send
            + 'static;
        /// Tells again and again how far the plan is that was started last. The active controller answers.
        async fn watch_rebalance(
            &self,
            request: tonic::Request<super::WatchRebalanceRequest>,
        ) -> std::result::Result<
            tonic::Response<Self::WatchRebalanceStream>,
            tonic::Status,
        >;
        /// Cancels the plan that is executed. The active controller answers.
        async fn cancel_rebalance(
            &self,
            request: tonic::Request<super::CancelRebalanceRequest>,
        ) -> std::result::Result<
            tonic::Response<super::CancelRebalanceResponse>,
            tonic::Status,
        >;
    }
    /// The service of one node.
    #[derive(Debug)]
    pub struct AdminServer<T> {
        inner: Arc<T>,
        accept_compression_encodings: EnabledCompressionEncodings,
        send_compression_encodings: EnabledCompressionEncodings,
        max_decoding_message_size: Option<usize>,
        max_encoding_message_size: Option<usize>,
    }
    impl<T> AdminServer<T> {
        pub fn new(inner: T) -> Self {
            Self::from_arc(Arc::new(inner))
        }
        pub fn from_arc(inner: Arc<T>) -> Self {
            Self {
                inner,
                accept_compression_encodings: Default::default(),
                send_compression_encodings: Default::default(),
                max_decoding_message_size: None,
                max_encoding_message_size: None,
            }
        }
        pub fn with_interceptor<F>(
            inner: T,
            interceptor: F,
        ) -> InterceptedService<Self, F>
        where
            F: tonic::service::Interceptor,
        {
            InterceptedService::new(Self::new(inner), interceptor)
        }
        /// Enable decompressing requests with the given encoding.
        #[must_use]
        pub fn accept_compressed(mut self, encoding: CompressionEncoding) -> Self {
            self.accept_compression_encodings.enable(encoding);
            self
        }
        /// Compress responses with the given encoding, if the client supports it.
        #[must_use]
        pub fn send_compressed(mut self, encoding: CompressionEncoding) -> Self {
            self.send_compression_encodings.enable(encoding);
            self
        }
        /// Limits the maximum size of a decoded message.
        ///
        /// Default: `4MB`
        #[must_use]
        pub fn max_decoding_message_size(mut self, limit: usize) -> Self {
            self.max_decoding_message_size = Some(limit);
            self
        }
        /// Limits the maximum size of an encoded message.
        ///
        /// Default: `usize::MAX`
        #[must_use]
        pub fn max_encoding_message_size(mut self, limit: usize) -> Self {
            self.max_encoding_message_size = Some(limit);
            self
        }
    }
    impl<T, B> tonic::codegen::Service<http::Request<B>> for AdminServer<T>
    where
        T: Admin,
        B: Body + std::marker::Send + 'static,
        B::Error: Into<StdError> + std::marker::Send + 'static,
    {
        type Response = http::Response<tonic::body::Body>;
        type Error = std::convert::Infallible;
        type Future = BoxFuture<Self::Response, Self::Error>;
        fn poll_ready(
            &mut self,
            _cx: &mut Context<'_>,
        ) -> Poll<std::result::Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }
        fn call(&mut self, req: http::Request<B>) -> Self::Future {
            match req.uri().path() {
                "/eddyline.admin.v1.Admin/BrokerStatus" => {
                    #[allow(non_camel_case_types)]
                    struct BrokerStatusSvc<T: Admin>(pub Arc<T>);
                    impl<
                        T: Admin,
                    > tonic::server::UnaryService<super::BrokerStatusRequest>
                    for BrokerStatusSvc<T> {
                        type Response = super::BrokerStatusResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::BrokerStatusRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::broker_status(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = BrokerStatusSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/SafeToStop" => {
                    #[allow(non_camel_case_types)]
                    struct SafeToStopSvc<T: Admin>(pub Arc<T>);
                    impl<T: Admin> tonic::server::UnaryService<super::SafeToStopRequest>
                    for SafeToStopSvc<T> {
                        type Response = super::SafeToStopResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::SafeToStopRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::safe_to_stop(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = SafeToStopSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/CaughtUp" => {
                    #[allow(non_camel_case_types)]
                    struct CaughtUpSvc<T: Admin>(pub Arc<T>);
                    impl<T: Admin> tonic::server::UnaryService<super::CaughtUpRequest>
                    for CaughtUpSvc<T> {
                        type Response = super::CaughtUpResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::CaughtUpRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::caught_up(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = CaughtUpSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/LogDirs" => {
                    #[allow(non_camel_case_types)]
                    struct LogDirsSvc<T: Admin>(pub Arc<T>);
                    impl<T: Admin> tonic::server::UnaryService<super::LogDirsRequest>
                    for LogDirsSvc<T> {
                        type Response = super::LogDirsResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::LogDirsRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::log_dirs(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = LogDirsSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/TierStatus" => {
                    #[allow(non_camel_case_types)]
                    struct TierStatusSvc<T: Admin>(pub Arc<T>);
                    impl<T: Admin> tonic::server::UnaryService<super::TierStatusRequest>
                    for TierStatusSvc<T> {
                        type Response = super::TierStatusResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::TierStatusRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::tier_status(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = TierStatusSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/PlanTopicRestore" => {
                    #[allow(non_camel_case_types)]
                    struct PlanTopicRestoreSvc<T: Admin>(pub Arc<T>);
                    impl<
                        T: Admin,
                    > tonic::server::UnaryService<super::PlanTopicRestoreRequest>
                    for PlanTopicRestoreSvc<T> {
                        type Response = super::TopicRestorePlan;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::PlanTopicRestoreRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::plan_topic_restore(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = PlanTopicRestoreSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/StartTopicRestore" => {
                    #[allow(non_camel_case_types)]
                    struct StartTopicRestoreSvc<T: Admin>(pub Arc<T>);
                    impl<
                        T: Admin,
                    > tonic::server::UnaryService<super::StartTopicRestoreRequest>
                    for StartTopicRestoreSvc<T> {
                        type Response = super::StartTopicRestoreResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::StartTopicRestoreRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::start_topic_restore(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = StartTopicRestoreSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/ClusterStatus" => {
                    #[allow(non_camel_case_types)]
                    struct ClusterStatusSvc<T: Admin>(pub Arc<T>);
                    impl<
                        T: Admin,
                    > tonic::server::UnaryService<super::ClusterStatusRequest>
                    for ClusterStatusSvc<T> {
                        type Response = super::ClusterStatusResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::ClusterStatusRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::cluster_status(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = ClusterStatusSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/MoveLeadersAway" => {
                    #[allow(non_camel_case_types)]
                    struct MoveLeadersAwaySvc<T: Admin>(pub Arc<T>);
                    impl<
                        T: Admin,
                    > tonic::server::UnaryService<super::MoveLeadersAwayRequest>
                    for MoveLeadersAwaySvc<T> {
                        type Response = super::MoveLeadersAwayResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::MoveLeadersAwayRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::move_leaders_away(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = MoveLeadersAwaySvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/DescribeQuorum" => {
                    #[allow(non_camel_case_types)]
                    struct DescribeQuorumSvc<T: Admin>(pub Arc<T>);
                    impl<
                        T: Admin,
                    > tonic::server::UnaryService<super::DescribeQuorumRequest>
                    for DescribeQuorumSvc<T> {
                        type Response = super::DescribeQuorumResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::DescribeQuorumRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::describe_quorum(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = DescribeQuorumSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/AddVoter" => {
                    #[allow(non_camel_case_types)]
                    struct AddVoterSvc<T: Admin>(pub Arc<T>);
                    impl<T: Admin> tonic::server::UnaryService<super::AddVoterRequest>
                    for AddVoterSvc<T> {
                        type Response = super::AddVoterResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::AddVoterRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::add_voter(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = AddVoterSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/RemoveVoter" => {
                    #[allow(non_camel_case_types)]
                    struct RemoveVoterSvc<T: Admin>(pub Arc<T>);
                    impl<T: Admin> tonic::server::UnaryService<super::RemoveVoterRequest>
                    for RemoveVoterSvc<T> {
                        type Response = super::RemoveVoterResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::RemoveVoterRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::remove_voter(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = RemoveVoterSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/Cordon" => {
                    #[allow(non_camel_case_types)]
                    struct CordonSvc<T: Admin>(pub Arc<T>);
                    impl<T: Admin> tonic::server::UnaryService<super::CordonRequest>
                    for CordonSvc<T> {
                        type Response = super::CordonResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::CordonRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::cordon(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = CordonSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/Uncordon" => {
                    #[allow(non_camel_case_types)]
                    struct UncordonSvc<T: Admin>(pub Arc<T>);
                    impl<T: Admin> tonic::server::UnaryService<super::CordonRequest>
                    for UncordonSvc<T> {
                        type Response = super::UncordonResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::CordonRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::uncordon(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = UncordonSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/Drain" => {
                    #[allow(non_camel_case_types)]
                    struct DrainSvc<T: Admin>(pub Arc<T>);
                    impl<T: Admin> tonic::server::UnaryService<super::DrainRequest>
                    for DrainSvc<T> {
                        type Response = super::DrainResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::DrainRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::drain(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = DrainSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/SpreadTo" => {
                    #[allow(non_camel_case_types)]
                    struct SpreadToSvc<T: Admin>(pub Arc<T>);
                    impl<T: Admin> tonic::server::UnaryService<super::SpreadToRequest>
                    for SpreadToSvc<T> {
                        type Response = super::SpreadToResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::SpreadToRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::spread_to(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = SpreadToSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/PlanRebalance" => {
                    #[allow(non_camel_case_types)]
                    struct PlanRebalanceSvc<T: Admin>(pub Arc<T>);
                    impl<
                        T: Admin,
                    > tonic::server::UnaryService<super::PlanRebalanceRequest>
                    for PlanRebalanceSvc<T> {
                        type Response = super::RebalancePlan;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::PlanRebalanceRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::plan_rebalance(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = PlanRebalanceSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/StartRebalance" => {
                    #[allow(non_camel_case_types)]
                    struct StartRebalanceSvc<T: Admin>(pub Arc<T>);
                    impl<
                        T: Admin,
                    > tonic::server::UnaryService<super::StartRebalanceRequest>
                    for StartRebalanceSvc<T> {
                        type Response = super::StartRebalanceResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::StartRebalanceRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::start_rebalance(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = StartRebalanceSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/WatchRebalance" => {
                    #[allow(non_camel_case_types)]
                    struct WatchRebalanceSvc<T: Admin>(pub Arc<T>);
                    impl<
                        T: Admin,
                    > tonic::server::ServerStreamingService<super::WatchRebalanceRequest>
                    for WatchRebalanceSvc<T> {
                        type Response = super::RebalanceProgress;
                        type ResponseStream = T::WatchRebalanceStream;
                        type Future = BoxFuture<
                            tonic::Response<Self::ResponseStream>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::WatchRebalanceRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::watch_rebalance(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = WatchRebalanceSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.server_streaming(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                "/eddyline.admin.v1.Admin/CancelRebalance" => {
                    #[allow(non_camel_case_types)]
                    struct CancelRebalanceSvc<T: Admin>(pub Arc<T>);
                    impl<
                        T: Admin,
                    > tonic::server::UnaryService<super::CancelRebalanceRequest>
                    for CancelRebalanceSvc<T> {
                        type Response = super::CancelRebalanceResponse;
                        type Future = BoxFuture<
                            tonic::Response<Self::Response>,
                            tonic::Status,
                        >;
                        fn call(
                            &mut self,
                            request: tonic::Request<super::CancelRebalanceRequest>,
                        ) -> Self::Future {
                            let inner = Arc::clone(&self.0);
                            let fut = async move {
                                <T as Admin>::cancel_rebalance(&inner, request).await
                            };
                            Box::pin(fut)
                        }
                    }
                    let accept_compression_encodings = self.accept_compression_encodings;
                    let send_compression_encodings = self.send_compression_encodings;
                    let max_decoding_message_size = self.max_decoding_message_size;
                    let max_encoding_message_size = self.max_encoding_message_size;
                    let inner = self.inner.clone();
                    let fut = async move {
                        let method = CancelRebalanceSvc(inner);
                        let codec = tonic_prost::ProstCodec::default();
                        let mut grpc = tonic::server::Grpc::new(codec)
                            .apply_compression_config(
                                accept_compression_encodings,
                                send_compression_encodings,
                            )
                            .apply_max_message_size_config(
                                max_decoding_message_size,
                                max_encoding_message_size,
                            );
                        let res = grpc.unary(method, req).await;
                        Ok(res)
                    };
                    Box::pin(fut)
                }
                _ => {
                    Box::pin(async move {
                        let mut response = http::Response::new(
                            tonic::body::Body::default(),
                        );
                        let headers = response.headers_mut();
                        headers
                            .insert(
                                tonic::Status::GRPC_STATUS,
                                (tonic::Code::Unimplemented as i32).into(),
                            );
                        headers
                            .insert(
                                http::header::CONTENT_TYPE,
                                tonic::metadata::GRPC_CONTENT_TYPE,
                            );
                        Ok(response)
                    })
                }
            }
        }
    }
    impl<T> Clone for AdminServer<T> {
        fn clone(&self) -> Self {
            let inner = self.inner.clone();
            Self {
                inner,
                accept_compression_encodings: self.accept_compression_encodings,
                send_compression_encodings: self.send_compression_encodings,
                max_decoding_message_size: self.max_decoding_message_size,
                max_encoding_message_size: self.max_encoding_message_size,
            }
        }
    }
    /// Generated gRPC service name
    pub const SERVICE_NAME: &str = "eddyline.admin.v1.Admin";
    impl<T> tonic::server::NamedService for AdminServer<T> {
        const NAME: &'static str = SERVICE_NAME;
    }
}
