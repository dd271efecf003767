//! Who said what about leaders, watermarks, owners and replicas: one leader an epoch, marks that only rise, one owner
//! a partition and generation, the same bytes on every replica.

use std::collections::HashMap;

use crate::anomaly::Anomaly;
use crate::event::Event;
use crate::report::Findings;

/// Marks of one partition.
#[derive(Debug, Default)]
struct Marks {
    start: i64,
    /// High watermark and last stable offset by leader epoch.
    by_epoch: HashMap<i32, (i64, Option<i64>)>,
}

/// What is known of who leads.
#[derive(Debug, Default)]
pub(crate) struct Leadership {
    leaders: HashMap<(String, i32, i32), i32>,
    controllers: HashMap<i32, i32>,
    marks: HashMap<(String, i32), Marks>,
    owners: HashMap<(String, String, i32), (i32, String)>,
    digests: HashMap<(String, i32, i64, i64), (i32, String)>,
}

impl Leadership {
    pub(crate) fn observe(&mut self, event: &Event, findings: &mut Findings) {
        match event {
            Event::Leader {
                topic,
                partition,
                epoch,
                node,
                ..
            } => {
                let key = (topic.clone(), *partition, *epoch);
                let first = *self.leaders.entry(key).or_insert(*node);
                if first != *node {
                    findings.add(Anomaly::TwoLeaders, || {
                        format!("{topic}-{partition} epoch {epoch}: nodes {first} and {node}")
                    });
                }
            }
            Event::Controller { epoch, node, .. } => {
                let first = *self.controllers.entry(*epoch).or_insert(*node);
                if first != *node {
                    findings.add(Anomaly::TwoControllers, || {
                        format!("epoch {epoch}: nodes {first} and {node}")
                    });
                }
            }
            Event::Watermarks { .. } => self.watermarks(event, findings),
            Event::Owner { .. } => self.owner(event, findings),
            Event::Replica {
                node,
                topic,
                partition,
                from,
                to,
                digest,
            } => {
                let key = (topic.clone(), *partition, *from, *to);
                let (first, known) = self.digests.entry(key).or_insert_with(|| (*node, digest.clone()));
                if known != digest {
                    findings.add(Anomaly::ReplicasDiffer, || {
                        format!("{topic}-{partition} from {from} to {to}: nodes {first} and {node}")
                    });
                }
            }
            _ => {}
        }
    }

    fn watermarks(&mut self, event: &Event, findings: &mut Findings) {
        let Event::Watermarks {
            topic,
            partition,
            epoch,
            start,
            stable,
            high,
            at,
        } = event
        else {
            return;
        };
        let marks = self.marks.entry((topic.clone(), *partition)).or_default();
        if *start < marks.start {
            let before = marks.start;
            findings.add(Anomaly::LogStartBack, || {
                format!("{topic}-{partition}: from {before} to {start} at {at} us")
            });
        }
        marks.start = marks.start.max(*start);
        let (known, known_stable) = marks.by_epoch.entry(*epoch).or_insert((*high, *stable));
        if high < known {
            findings.add(Anomaly::HighWatermarkBack, || {
                format!("{topic}-{partition} epoch {epoch}: from {known} to {high} at {at} us")
            });
        }
        *known = (*known).max(*high);
        if let (Some(before), Some(now)) = (*known_stable, *stable)
            && now < before
        {
            findings.add(Anomaly::StableOffsetBack, || {
                format!("{topic}-{partition} epoch {epoch}: from {before} to {now} at {at} us")
            });
        }
        *known_stable = (*known_stable).max(*stable);
    }

    fn owner(&mut self, event: &Event, findings: &mut Findings) {
        let Event::Owner {
            group,
            generation,
            member,
            partitions,
            ..
        } = event
        else {
            return;
        };
        for (topic, partition) in partitions {
            let key = (group.clone(), topic.clone(), *partition);
            let known = self
                .owners
                .entry(key)
                .or_insert_with(|| (*generation, member.clone()));
            if known.0 == *generation && known.1 != *member {
                let other = known.1.clone();
                findings.add(Anomaly::TwoOwners, || {
                    format!("group {group} generation {generation}: {topic}-{partition} is {other}'s and {member}'s")
                });
            }
            if *generation > known.0 {
                *known = (*generation, member.clone());
            }
        }
    }
}
