//! Client quotas by entity, as records carry them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::client_quota_record::EntityData;
use crate::messages::ClientQuotaRecord;

/// Who a quota is for: names by entity type (`user`, `client-id`, `ip`); `None` is that type's default.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientQuotaEntity(pub BTreeMap<Arc<str>, Option<Arc<str>>>);

/// All client quotas.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientQuotasImage {
    /// Values by entity and quota key.
    pub entities: BTreeMap<ClientQuotaEntity, BTreeMap<Arc<str>, f64>>,
}

impl ClientQuotasImage {
    pub(crate) fn replay(&mut self, record: &ClientQuotaRecord) {
        let entity = ClientQuotaEntity(record.entity.iter().map(named).collect());
        if !record.remove {
            self.entities
                .entry(entity)
                .or_default()
                .insert(record.key.as_str().into(), record.value);
            return;
        }
        if let Some(quotas) = self.entities.get_mut(&entity) {
            quotas.remove(record.key.as_str());
            if quotas.is_empty() {
                self.entities.remove(&entity);
            }
        }
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = ClientQuotaRecord> {
        self.entities.iter().flat_map(|(entity, quotas)| {
            quotas.iter().map(|(key, value)| ClientQuotaRecord {
                entity: entity.0.iter().map(entity_data).collect(),
                key: (&**key).into(),
                value: *value,
                remove: false,
                unknown_tagged_fields: Vec::new(),
            })
        })
    }
}

fn named(data: &EntityData) -> (Arc<str>, Option<Arc<str>>) {
    let name = data.entity_name.as_ref().map(|name| name.as_str().into());
    (data.entity_type.as_str().into(), name)
}

fn entity_data((kind, name): (&Arc<str>, &Option<Arc<str>>)) -> EntityData {
    EntityData {
        entity_type: (&**kind).into(),
        entity_name: name.as_deref().map(Into::into),
        unknown_tagged_fields: Vec::new(),
    }
}
