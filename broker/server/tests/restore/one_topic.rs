//! One topic of another cluster's bucket comes back in a cluster that runs (ADR 23).

use broker_admin::tonic::{Code, Status};
use broker_admin::v1::admin_client::AdminClient;
use broker_admin::v1::{
    PlanTopicRestoreRequest, StartTopicRestoreRequest, TierStatusRequest, TopicRestorePlan,
};
use broker_protocol::delete_topics_request::DeleteTopicState;
use broker_protocol::messages::DeleteTopicsRequest;
use broker_server::remote_store::FolderStore;
use futures::TryStreamExt as _;
use object_store::ObjectMeta;
use object_store::path::Path;

use super::*;

/// What it is called in the cluster that runs, which has a topic of the old name itself.
const HERE: &str = "again";

/// A bucket that another cluster left: what its one tiered topic had there, and what it is by now.
struct Left {
    folder: TempDir,
    remote_end: i64,
    values: Vec<(i64, String)>,
}

async fn listed(store: &dyn ObjectStore) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let objects: Vec<_> = store.list(None).try_collect().await.unwrap();
    for object in objects {
        let got = match store.get(&object.location).await {
            Ok(got) => got,
            // It was deleted since it was listed.
            Err(object_store::Error::NotFound { .. }) => continue,
            Err(error) => panic!("{}: {error}", object.location),
        };
        let bytes = got.bytes().await.unwrap();
        found.push((object.location.to_string(), bytes.to_vec()));
    }
    found.sort_unstable();
    found
}

impl Left {
    /// By a cluster whose topic ended at 50, and whose bucket was then copied to a folder.
    fn behind() -> Self {
        let mut world = World::begin();
        world.produce(TIERED, 0..50);
        world.until("what is closed is remote only", |world| world.remote_end() > 40);
        world.until_backed_up(&[(TIERED, 50)], &[]);
        let remote_end = world.remote_end();
        let values = world.read(TIERED, 0, usize::try_from(remote_end).unwrap());
        let World { broker, store, .. } = world;
        drop(broker);
        let folder = tempfile::tempdir().unwrap();
        let copy = FolderStore::open(folder.path()).unwrap();
        program::runtime().unwrap().block_on(async {
            for (name, bytes) in listed(store.as_ref()).await {
                let below = Path::parse(name.strip_prefix("a/prefix/").unwrap()).unwrap();
                copy.put(&below, bytes.into()).await.unwrap();
            }
        });
        Self {
            folder,
            remote_end,
            values,
        }
    }

    fn location(&self) -> String {
        format!("file://{}", self.folder.path().display())
    }

    fn content(&self) -> Vec<(String, Vec<u8>)> {
        let store = FolderStore::open(self.folder.path()).unwrap();
        program::runtime()
            .unwrap()
            .block_on(async { listed(&store).await })
    }

    /// Takes the third segment away, in the order in which they are fetched; answers where it was and what it held.
    fn hide_a_segment(&self) -> (std::path::PathBuf, Vec<u8>) {
        let content = self.content();
        let mut manifests = content.iter().filter(|(name, _)| name.ends_with("/manifest"));
        let (_, manifest) = manifests.next().unwrap();
        assert!(manifests.next().is_none(), "one partition is tiered");
        let body = manifest.split(|byte| *byte == b'\n').nth(1).unwrap();
        let body: serde_json::Value = serde_json::from_slice(body).unwrap();
        let id = body["segments"][2]["id"].as_str().unwrap();
        let (name, bytes) = content.into_iter().find(|(name, _)| name.contains(id)).unwrap();
        let path = self.folder.path().join(name);
        std::fs::remove_file(&path).unwrap();
        (path, bytes)
    }
}

impl World {
    fn plan(&self, from: &str, topic: &str, name: &str) -> Result<TopicRestorePlan, Status> {
        let address = self.broker.admin_service_address();
        let request = PlanTopicRestoreRequest {
            from: from.to_owned(),
            topic: topic.to_owned(),
            name: name.to_owned(),
            ..Default::default()
        };
        self.broker.wait_for(async {
            let mut client = AdminClient::connect(format!("http://{address}")).await.unwrap();
            Ok(client.plan_topic_restore(request).await?.into_inner())
        })
    }

    fn start_restore(&self, plan: &TopicRestorePlan) -> Result<(), Status> {
        let address = self.broker.admin_service_address();
        let plan = Some(plan.clone());
        self.broker.wait_for(async {
            let mut client = AdminClient::connect(format!("http://{address}")).await.unwrap();
            let started = client
                .start_topic_restore(StartTopicRestoreRequest { plan })
                .await;
            started.map(drop)
        })
    }

    /// Partitions of the topic that are fetched, and the bytes that it has in the own bucket.
    fn restoring(&self) -> Option<(u32, u64)> {
        let address = self.broker.admin_service_address();
        let status = self.broker.wait_for(async {
            let mut client = AdminClient::connect(format!("http://{address}")).await.unwrap();
            let answer = client.tier_status(TierStatusRequest::default()).await;
            answer.unwrap().into_inner()
        });
        let found = status.topics.iter().find(|topic| topic.name == HERE);
        found.map(|topic| (topic.restoring, topic.remote_bytes))
    }

    fn until_all_here(&mut self) {
        self.until("everything is fetched", |world| {
            world
                .restoring()
                .is_some_and(|(restoring, bytes)| restoring == 0 && bytes > 0)
        });
    }

    /// Objects of a topic in the own bucket.
    fn objects_of(&self, id: &str) -> usize {
        let store = self.store.clone();
        // What is being deleted is not read.
        let listed = store.list(None).try_collect::<Vec<_>>();
        let all = self.broker.wait_for(listed).unwrap();
        let is_its = |object: &&ObjectMeta| object.location.as_ref().contains(&format!("/{id}/"));
        all.iter().filter(is_its).count()
    }

    fn restart(self) -> Self {
        let Self {
            broker, store, data, ..
        } = self;
        drop(broker);
        let broker = start(&data, &store);
        let wire = broker.connect();
        Self {
            broker,
            wire,
            store,
            data,
        }
    }

    fn delete(&mut self, topic: &str) {
        let request = DeleteTopicsRequest {
            topics: vec![DeleteTopicState {
                name: Some(topic.into()),
                ..Default::default()
            }],
            timeout_ms: 30_000,
            ..Default::default()
        };
        let answer = self.wire.call(6, &request);
        assert_eq!(answer.responses[0].error_code, 0);
    }

    fn starts_at(&self) -> (i64, i64) {
        let handle = self.broker.broker().partition_by_name(HERE, 0).unwrap();
        let starts = handle.with_log(|log| (log.log_start().value(), log.local_log_start().value()));
        starts.unwrap()
    }
}

#[test]
fn a_topic_of_another_bucket_is_read_at_its_offsets_and_goes_on_behind_them() {
    let left = Left::behind();
    let before = left.content();
    let mut world = World::begin();
    let plan = world.plan(&left.location(), TIERED, HERE).unwrap();
    let partition = &plan.partitions[0];
    assert_eq!((partition.log_start, partition.remote_end), (0, left.remote_end));
    assert_eq!((partition.lost_from, partition.lost_until), (left.remote_end, 50));
    assert_eq!(
        plan.configs.get("internal.segment.bytes").map(String::as_str),
        Some("1000")
    );
    world.start_restore(&plan).unwrap();
    let again = world.start_restore(&plan).unwrap_err();
    assert_eq!(again.code(), Code::AlreadyExists, "{again}");

    let first = world.produce(HERE, 100..101);
    assert_eq!(first, partition.resume);
    assert!(first >= 50 + UNUSED_FROM);
    world.until_all_here();
    assert!(
        world.read(HERE, 0, left.values.len()) == left.values,
        "the records differ"
    );
    let behind = world.read(HERE, left.remote_end, 1);
    assert_eq!(behind, [(first, format!("{:0>150}", 100))]);

    let mut world = world.restart();
    assert_eq!(world.starts_at().0, 0);
    world.produce(HERE, 101..140);
    world.until("the copy goes on behind what came from elsewhere", |world| {
        world.starts_at().1 > first
    });
    let read = world.read(HERE, 0, left.values.len() + 40);
    assert!(read[..left.values.len()] == left.values, "the records differ");
    assert!(left.content() == before, "the other bucket is as it was");

    assert!(world.objects_of(&plan.topic_id) > 4);
    world.delete(HERE);
    world.until("the objects went with the topic", |world| {
        world.objects_of(&plan.topic_id) == 0
    });
    assert!(left.content() == before, "the clusters share no object");
}

#[test]
fn a_restore_that_was_interrupted_goes_on_and_fetches_nothing_twice() {
    let left = Left::behind();
    let (path, bytes) = left.hide_a_segment();
    let mut world = World::begin();
    let plan = world.plan(&left.location(), TIERED, HERE).unwrap();
    world.start_restore(&plan).unwrap();
    world.until("some segments are here", |world| {
        world.objects_of(&plan.topic_id) >= 2
    });
    assert_eq!(world.restoring().map(|(restoring, _)| restoring), Some(1));
    let first = world.produce(HERE, 100..101);
    assert_eq!(first, plan.partitions[0].resume, "it serves meanwhile");

    let mut world = world.restart();
    assert_eq!(world.starts_at(), (0, left.remote_end));
    world.until("it is fetched again", |world| {
        world.restoring().is_some_and(|(restoring, _)| restoring == 1)
    });
    std::fs::write(&path, &bytes).unwrap();
    world.until_all_here();
    assert!(
        world.read(HERE, 0, left.values.len()) == left.values,
        "the records differ"
    );
    assert_eq!(world.read(HERE, left.remote_end, 1)[0].0, first);
    let fetched = world.broker.metric("eddyline_remote_import_bytes_total");
    let all: usize = left
        .content()
        .iter()
        .filter(|(name, _)| name.ends_with(".segment"))
        .map(|(_, bytes)| bytes.len())
        .sum();
    assert!(
        fetched < all as f64,
        "{fetched} of {all} bytes were fetched after the restart"
    );
}

#[test]
fn a_damaged_segment_is_never_taken_over_and_a_topic_that_is_given_up_leaves_nothing() {
    let left = Left::behind();
    let (path, mut bytes) = left.hide_a_segment();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let mut world = World::begin();
    let plan = world.plan(&left.location(), TIERED, HERE).unwrap();
    world.start_restore(&plan).unwrap();
    world.until("it was tried and failed", |world| {
        world.broker.metric("eddyline_remote_store_pauses_total") >= 2.0
    });
    assert_eq!(world.restoring(), Some((1, 0)));
    assert!(world.objects_of(&plan.topic_id) > 0);
    world.delete(HERE);
    world.until("what was fetched went with the topic", |world| {
        world.objects_of(&plan.topic_id) == 0
    });
    let plan = world.plan(&left.location(), TIERED, HERE).unwrap();
    world.start_restore(&plan).unwrap();
}

#[test]
fn what_cannot_be_restored_is_refused_before_anything_is_made() {
    let left = Left::behind();
    let world = World::begin();
    let from = left.location();
    let exists = world.plan(&from, TIERED, "").unwrap_err();
    assert!(
        exists.code() == Code::AlreadyExists && exists.message().contains("--as"),
        "{exists}"
    );
    let unknown = world.plan(&from, "event", "").unwrap_err();
    assert!(unknown.message().contains("it knows local, tiered"), "{unknown}");
    let local = world.plan(&from, LOCAL, HERE).unwrap_err();
    assert!(local.message().contains("nothing of topic local"), "{local}");
    let nowhere = world.plan("http://bucket", TIERED, HERE).unwrap_err();
    assert_eq!(nowhere.code(), Code::InvalidArgument, "{nowhere}");
    let empty = tempfile::tempdir().unwrap();
    let nobodys = format!("file://{}", empty.path().display());
    let nobodys = world.plan(&nobodys, TIERED, HERE).unwrap_err();
    assert!(
        nobodys.message().contains("no cluster has ever used"),
        "{nobodys}"
    );
    let mut plan = world.plan(&from, TIERED, HERE).unwrap();
    plan.replication_factor = 3;
    let many = world.start_restore(&plan).unwrap_err();
    assert!(many.message().contains("--replicas"), "{many}");
    plan.partitions.clear();
    assert!(world.start_restore(&plan).is_err());
    let image = world.broker.broker().image.load_full();
    assert!(image.topics.by_name(HERE).is_none());
}
