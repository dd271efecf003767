//! Which children are written and which are removed.
//!
//! Nothing is removed while the list of children is not known. What belongs to a pool that is leaving stays until its
//! last node is gone.

use std::collections::{BTreeMap, BTreeSet};

use operator_api::labels;
use serde_json::Value;

use super::view::View;
use super::{ClusterPlan, Removal, Resize, idle};
use crate::build;
use crate::child::{Child, ChildKey, uid};
use crate::error::RenderError;
use crate::fact::Fact;
use crate::flow::Flow;

/// A plan that holds the writes of children and nothing else.
pub(super) fn plan(view: &View<'_>) -> Result<ClusterPlan, RenderError> {
    let mut plan = idle("objects", Flow::Done, None);
    let wanted = build::children(&view.input())?;
    let none = BTreeMap::new();
    let live = match &view.facts.children {
        Fact::Known(live) => live,
        Fact::Absent => &none,
        Fact::Unknown(_) => return Ok(plan),
    };
    let names: BTreeSet<ChildKey> = wanted.iter().map(|child| child.key.clone()).collect();
    for child in wanted {
        write(view, live, child, &mut plan);
    }
    plan.removes = live
        .iter()
        .filter(|(key, object)| !names.contains(key) && !is_of_leaving_pool(view, key, object))
        .filter_map(|(key, object)| {
            Some(Removal {
                key: key.clone(),
                uid: uid(object)?.to_owned(),
            })
        })
        .collect();
    Ok(plan)
}

fn write(view: &View<'_>, live: &BTreeMap<ChildKey, Value>, child: Child, plan: &mut ClusterPlan) {
    let Some(object) = live.get(&child.key) else {
        plan.applies.push(child);
        return;
    };
    if !child.differs_from(object) || is_replaced(view, &child) {
        return;
    }
    if let Some(pool) = pool_of(view, &child.key).filter(|pool| pool.held) {
        let replicas = view.replicas.get(&pool.pool.name).copied().unwrap_or_default();
        if object["spec"]["replicas"].as_i64() < Some(i64::from(replicas)) {
            plan.resizes.push(Resize {
                stateful_set: child.key.name,
                replicas,
            });
        }
        return;
    }
    plan.applies.push(child);
}

fn pool_of<'v, 'a>(view: &'v View<'a>, key: &ChildKey) -> Option<&'v super::view::DesiredPool<'a>> {
    let name = |pool: &str| view.cluster.stateful_set(pool);
    view.desired
        .iter()
        .find(|desired| key.kind == "StatefulSet" && key.name == name(&desired.pool.name))
}

/// Whether Kubernetes would refuse the change, because the StatefulSet has to be made anew first.
fn is_replaced(view: &View<'_>, child: &Child) -> bool {
    pool_of(view, &child.key).is_some_and(|desired| super::volumes::template_differs(view, desired.pool))
}

fn is_of_leaving_pool(view: &View<'_>, key: &ChildKey, object: &Value) -> bool {
    let leaving: Vec<_> = view
        .live
        .iter()
        .filter(|(name, pool)| view.cluster.pool(name).is_none() && pool.replicas > 0)
        .collect();
    let labelled = object["metadata"]["labels"][labels::POOL].as_str();
    let of_pool = leaving.iter().any(|(name, pool)| {
        labelled == Some(name.as_str()) || key.name == format!("{}-config", pool.stateful_set)
    });
    of_pool || (key.kind == "Service" && !leaving.is_empty())
}
