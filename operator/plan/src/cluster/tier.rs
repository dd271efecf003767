//! What the status says of the bucket of older records: `TieringHealthy`, and bytes of both tiers.
//!
//! Brokers are added up as far as they answer; one that restarts says nothing and changes nothing. Invariant: what is
//! not known is never told as well: without an answer of any broker the condition is unknown and the numbers stay.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use operator_api::condition::TIERING_HEALTHY;
use operator_api::tiering::TieringStatus;

use super::view::View;
use crate::conditions::Said;
use crate::fact::Fact;
use crate::facts::{TierBytes, TierFact, TierTrouble};
use crate::tier_bytes;

/// What brokers said that use the bucket.
fn told<'a>(view: &'a View<'_>) -> Vec<(i32, &'a TierFact)> {
    let tier = view.kafka().into_iter().flat_map(|kafka| &kafka.tier);
    let known = tier.filter_map(|(id, fact)| Some((*id, fact.known()?)));
    known.filter(|(_, fact)| fact.enabled).collect()
}

/// Bytes of both tiers; what was told before while a broker does not answer that may lead something.
pub(super) fn bytes(view: &View<'_>, old: Option<TieringStatus>) -> Option<TieringStatus> {
    view.cluster.tiering.as_ref()?;
    match sum(view) {
        Some(bytes) => Some(tier_bytes::told(bytes, old.as_ref(), view.facts.now)),
        None => old,
    }
}

fn sum(view: &View<'_>) -> Option<TierBytes> {
    let brokers = view.kafka().map(|kafka| &kafka.tier)?;
    let is_whole = brokers.values().all(|fact| matches!(fact, Fact::Known(_)));
    let told = told(view);
    if !is_whole || told.is_empty() {
        return None;
    }
    let all = told.iter().map(|(_, fact)| fact.held);
    Some(all.fold(TierBytes::default(), TierBytes::and))
}

/// The condition, of a cluster that has a bucket.
pub(super) fn condition(view: &View<'_>, old: &[Condition]) -> Option<Said> {
    view.cluster.tiering.as_ref()?;
    let told = told(view);
    let blocked = told.iter().filter(|(_, fact)| fact.produce_blocked);
    let blocked: Vec<String> = blocked.map(|(id, _)| id.to_string()).collect();
    let trouble = told.iter().filter_map(|(id, fact)| {
        let (trouble, said) = fact.trouble.as_ref()?;
        Some((*trouble, *id, said.as_str()))
    });
    let worst = trouble.min();
    let because = worst.map(|(_, id, said)| format!("broker {id}: {said}"));
    if !blocked.is_empty() {
        let mut message = format!(
            "brokers {} refuse records for tiered topics: local disks hold eddyline.remote.disk.bytes",
            blocked.join(", ")
        );
        message.extend(because.map(|because| format!("; {because}")));
        return Some(steady(said(Some(false), "DiskBudgetReached", message), old));
    }
    Some(match (worst, because) {
        (Some((trouble, ..)), Some(because)) => steady(said(Some(false), reason(trouble), because), old),
        _ if told.iter().any(|(_, fact)| fact.used) => {
            said(Some(true), "StoreAnswers", "brokers use the bucket")
        }
        _ => said(
            None,
            "Observing",
            "no broker has told yet how it stands to the bucket",
        ),
    })
}

/// The words of the first time for as long as the reason is the same: a store's answers name each request and its time,
/// and would be news at every look.
fn steady(said: Said, old: &[Condition]) -> Said {
    let before = old
        .iter()
        .find(|old| old.type_ == said.name && old.status == "False" && old.reason == said.reason);
    match before {
        Some(before) => Said {
            message: before.message.clone(),
            ..said
        },
        None => said,
    }
}

fn said(status: Option<bool>, reason: &'static str, message: impl Into<String>) -> Said {
    Said::new(TIERING_HEALTHY, status, reason, message)
}

fn reason(trouble: TierTrouble) -> &'static str {
    match trouble {
        TierTrouble::OtherCluster => "BucketOfAnotherCluster",
        TierTrouble::NoConditions => "ConditionalWritesIgnored",
        TierTrouble::Configuration => "StoreMisconfigured",
        TierTrouble::Credentials => "CredentialsRefused",
        TierTrouble::Denied => "AccessDenied",
        TierTrouble::NoBucket => "BucketMissing",
        TierTrouble::Region => "WrongRegion",
        TierTrouble::Clock => "ClockSkewed",
        TierTrouble::Full => "StoreFull",
        TierTrouble::Unreachable => "StoreUnreachable",
    }
}
