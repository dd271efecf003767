//! Kubernetes' API as the passes use it: lists by label, server-side apply, deletes of exactly one object.
//!
//! Every call names its kind and is on the list of permissions. Deletes and patches of something that was seen carry the
//! UID that was seen, so that they can never hit another object of the same name.

pub mod kind;

use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, Preconditions,
    PropagationPolicy,
};
use kube::{Client, ResourceExt};
use serde_json::{Value, json};

use crate::error::OperatorError;
use crate::permissions;

pub use kind::{CHILDREN, Kind, kind_of};

/// What becomes of what an object owns when it is deleted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dependents {
    /// It goes too.
    Delete,
    /// It stays.
    Leave,
}

/// An object that was seen.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its UID.
    pub uid: &'a str,
}

/// Kubernetes' API.
#[derive(Clone)]
pub struct Kubernetes {
    client: Client,
}

impl Kubernetes {
    /// Over a client.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The client itself.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn api(&self, kind: &Kind, namespace: Option<&str>) -> Api<DynamicObject> {
        let resource = ApiResource {
            group: kind.group.to_owned(),
            version: kind.version.to_owned(),
            api_version: kind.api_version(),
            kind: kind.kind.to_owned(),
            plural: kind.plural.to_owned(),
        };
        match namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        }
    }

    /// Objects with these labels. Each has its `kind`.
    ///
    /// # Errors
    /// Kubernetes does not answer, or does not allow it.
    pub async fn list(
        &self,
        kind: &'static Kind,
        namespace: Option<&str>,
        labels: &str,
    ) -> Result<Vec<Value>, OperatorError> {
        let params = ListParams::default().labels(labels);
        let asked = self.api(kind, namespace).list(&params).await;
        let list = asked.map_err(|error| failed("list", kind, "", "", error))?;
        list.items
            .into_iter()
            .map(|object| to_value(kind, &object))
            .collect()
    }

    /// One object; `None` if it is not there.
    ///
    /// # Errors
    /// Kubernetes does not answer, or does not allow it.
    pub async fn get(
        &self,
        kind: &'static Kind,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Option<Value>, OperatorError> {
        let asked = self.api(kind, namespace).get_opt(name).await;
        let found = asked.map_err(|error| failed("get", kind, "", name, error))?;
        found.map(|object| to_value(kind, &object)).transpose()
    }

    /// Applies an object as this manager, which gets every field of it.
    ///
    /// # Errors
    /// Kubernetes does not answer, does not allow it, or finds the object invalid.
    pub async fn apply(&self, manager: &str, object: &Value) -> Result<(), OperatorError> {
        let (kind, namespace, name) = identified(object)?;
        let params = PatchParams::apply(manager).force();
        let patched = self
            .api(kind, Some(namespace))
            .patch(name, &params, &Patch::Apply(object))
            .await;
        patched
            .map(drop)
            .map_err(|error| failed("patch", kind, namespace, name, error))
    }

    /// Writes the status of an object; its `resourceVersion` must still be the newest. Answers the next one.
    ///
    /// # Errors
    /// Kubernetes does not answer, does not allow it, or the object has changed.
    pub async fn apply_status(&self, manager: &str, object: &Value) -> Result<Option<String>, OperatorError> {
        let (kind, namespace, name) = identified(object)?;
        let params = PatchParams::apply(manager).force();
        let patched = self
            .api(kind, Some(namespace))
            .patch_status(name, &params, &Patch::Apply(object))
            .await;
        patched
            .map(|written| written.resource_version())
            .map_err(|error| failed_at("patch", (kind, "/status"), namespace, name, error))
    }

    /// Changes a few fields of exactly this object.
    ///
    /// # Errors
    /// Kubernetes does not answer, does not allow it, or there is another object of this name.
    pub async fn merge(
        &self,
        manager: &str,
        kind: &'static Kind,
        seen: Seen<'_>,
        mut change: Value,
    ) -> Result<(), OperatorError> {
        change["metadata"]["uid"] = json!(seen.uid);
        let params = PatchParams {
            field_manager: Some(manager.to_owned()),
            ..PatchParams::default()
        };
        let api = self.api(kind, Some(seen.namespace));
        let patched = api.patch(seen.name, &params, &Patch::Merge(&change)).await;
        patched
            .map(drop)
            .map_err(|error| failed("patch", kind, seen.namespace, seen.name, error))
    }

    /// Deletes exactly this object. One that is gone is as good as deleted, and so is one that was made anew since.
    ///
    /// # Errors
    /// Kubernetes does not answer, or does not allow it.
    pub async fn delete(
        &self,
        kind: &'static Kind,
        seen: Seen<'_>,
        dependents: Dependents,
    ) -> Result<(), OperatorError> {
        let params = DeleteParams {
            propagation_policy: Some(match dependents {
                Dependents::Delete => PropagationPolicy::Background,
                Dependents::Leave => PropagationPolicy::Orphan,
            }),
            preconditions: Some(Preconditions {
                uid: Some(seen.uid.to_owned()),
                resource_version: None,
            }),
            ..DeleteParams::default()
        };
        match self
            .api(kind, Some(seen.namespace))
            .delete(seen.name, &params)
            .await
        {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.is_not_found() || status.is_conflict() => Ok(()),
            Err(error) => Err(failed("delete", kind, seen.namespace, seen.name, error)),
        }
    }
}

fn failed(
    verb: &'static str,
    kind: &Kind,
    namespace: &str,
    name: &str,
    source: kube::Error,
) -> OperatorError {
    failed_at(verb, (kind, ""), namespace, name, source)
}

/// Of a part of an object that has permissions of its own.
fn failed_at(
    verb: &'static str,
    (kind, part): (&Kind, &str),
    namespace: &str,
    name: &str,
    source: kube::Error,
) -> OperatorError {
    let resource = format!("{}{part}", kind.plural);
    debug_assert!(
        permissions::lists(verb, kind.group, &resource),
        "{verb} {resource} is not on the list of permissions"
    );
    OperatorError::Kubernetes {
        verb,
        resource: permissions::qualified(kind.group, &resource),
        name: match namespace {
            "" => name.to_owned(),
            namespace => format!("{namespace}/{name}"),
        },
        source: Box::new(source),
    }
}

fn to_value(kind: &'static Kind, object: &DynamicObject) -> Result<Value, OperatorError> {
    let mut value = serde_json::to_value(object).map_err(|source| OperatorError::Unreadable {
        kind: kind.kind.to_owned(),
        name: object.name_any(),
        source,
    })?;
    value["apiVersion"] = json!(kind.api_version());
    value["kind"] = json!(kind.kind);
    Ok(value)
}

fn identified(object: &Value) -> Result<(&'static Kind, &str, &str), OperatorError> {
    let unknown = || OperatorError::Ended(format!("an object of kind {} was to be written", object["kind"]));
    let kind = object["kind"].as_str().and_then(kind_of).ok_or_else(unknown)?;
    let namespace = object["metadata"]["namespace"].as_str().ok_or_else(unknown)?;
    let name = object["metadata"]["name"].as_str().ok_or_else(unknown)?;
    Ok((kind, namespace, name))
}
