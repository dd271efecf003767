//! The API server: lists by label, gets, applies, merges and deletes with preconditions, one namespace.

use std::convert::Infallible;

use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

use super::{Fault, NAMESPACE, State, World};

pub(super) fn client(world: &World) -> Client {
    let world = world.clone();
    let service = tower::service_fn(move |request: Request<Body>| {
        let world = world.clone();
        async move { Ok::<_, Infallible>(answer(&world, request).await) }
    });
    Client::new(service, NAMESPACE)
}

async fn answer(world: &World, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("bodies are whole").to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let asked = Asked::of(&parts.method, parts.uri.path(), &query);
    let fault = match asked.verb {
        "get" | "list" => world.turn(),
        _ => world.turn_of_change(),
    };
    if fault == Some(Fault::Refused) {
        return told(StatusCode::INTERNAL_SERVER_ERROR, "injected");
    }
    let (status, object) = world.state().handle(&asked, &body);
    if fault == Some(Fault::Crash) {
        world.crash().await;
    }
    match object {
        Some(object) => written(status, &object),
        None => told(status, &asked.resource),
    }
}

/// A request in Kubernetes' words.
pub(crate) struct Asked {
    verb: &'static str,
    resource: String,
    name: String,
    status: bool,
    labels: Vec<(String, Option<String>)>,
}

impl Asked {
    fn of(method: &Method, path: &str, query: &str) -> Self {
        let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
        let after = match steps.iter().position(|step| *step == "namespaces") {
            Some(at) if steps.len() > at + 2 => at + 2,
            _ if steps[0] == "api" => 2,
            _ => 3,
        };
        let name = steps.get(after + 1).copied().unwrap_or_default();
        let verb = match *method {
            Method::GET if name.is_empty() => "list",
            Method::GET => "get",
            Method::PATCH => "patch",
            Method::DELETE => "delete",
            Method::PUT => "update",
            _ => "create",
        };
        let decoded = query.replace("%3D", "=").replace("%2C", ",").replace("%2F", "/");
        let selector = decoded
            .split('&')
            .find_map(|pair| pair.strip_prefix("labelSelector="));
        let labels = selector
            .unwrap_or_default()
            .split(',')
            .filter(|one| !one.is_empty());
        Self {
            verb,
            resource: steps[after].to_owned(),
            name: name.to_owned(),
            status: steps.get(after + 2) == Some(&"status"),
            labels: labels
                .map(|one| match one.split_once('=') {
                    Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
                    None => (one.to_owned(), None),
                })
                .collect(),
        }
    }
}

fn written(status: StatusCode, object: &Value) -> Response<Body> {
    let body = serde_json::to_vec(object).expect("values can be written");
    Response::builder()
        .status(status)
        .body(Body::from(body))
        .expect("a response")
}

fn told(status: StatusCode, what: &str) -> Response<Body> {
    let reason = match status {
        StatusCode::NOT_FOUND => "NotFound",
        StatusCode::CONFLICT => "Conflict",
        StatusCode::FORBIDDEN => "Forbidden",
        _ => "InternalError",
    };
    written(
        status,
        &json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status.as_u16(), "reason": reason,
            "message": format!("{reason}: {what}")}),
    )
}

type Handled = (StatusCode, Option<Value>);

impl State {
    fn handle(&mut self, asked: &Asked, body: &Value) -> Handled {
        if self.forbidden == Some((asked.verb, asked.resource.as_str())) {
            return (StatusCode::FORBIDDEN, None);
        }
        let key = (asked.resource.clone(), asked.name.clone());
        match asked.verb {
            "list" => (StatusCode::OK, Some(self.listed(asked))),
            "get" if asked.resource == "storageclasses" => (
                StatusCode::OK,
                Some(json!({"allowVolumeExpansion": true, "metadata": {"name": asked.name}})),
            ),
            "get" => match self.objects.get(&key) {
                Some(object) => (StatusCode::OK, Some(object.clone())),
                None => (StatusCode::NOT_FOUND, None),
            },
            "patch" => self.patched(asked, body),
            "delete" => self.deleted(&key, body),
            _ => (StatusCode::CREATED, Some(body.clone())),
        }
    }

    fn listed(&self, asked: &Asked) -> Value {
        let matches = |object: &Value| {
            asked.labels.iter().all(|(key, value)| {
                let label = &object["metadata"]["labels"][key];
                value
                    .as_ref()
                    .map_or(!label.is_null(), |value| label == value.as_str())
            })
        };
        let of_it = self
            .objects
            .iter()
            .filter(|((resource, _), _)| *resource == asked.resource);
        let items: Vec<&Value> = of_it
            .map(|(_, object)| object)
            .filter(|object| matches(object))
            .collect();
        json!({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": items})
    }

    /// Server-side apply of whole objects by one manager, or a merge of a few fields.
    fn patched(&mut self, asked: &Asked, body: &Value) -> Handled {
        if asked.resource == "events" {
            return (StatusCode::OK, Some(body.clone()));
        }
        let key = (asked.resource.clone(), asked.name.clone());
        let old = self.objects.get(&key).cloned();
        for field in ["uid", "resourceVersion"] {
            let wanted = &body["metadata"][field];
            let live = old.as_ref().map_or(&Value::Null, |old| &old["metadata"][field]);
            if !wanted.is_null() && wanted != live {
                return (StatusCode::CONFLICT, None);
            }
        }
        if asked.status && old.is_none() {
            return (StatusCode::NOT_FOUND, None);
        }
        let mut object = old.clone().unwrap_or_else(|| json!({}));
        if asked.status {
            object["status"] = body["status"].clone();
        } else {
            merge(&mut object, body);
        }
        if old.is_none() {
            object["metadata"]["uid"] = json!(self.uid());
        }
        if !asked.status && asked.resource != "kafkaclusters" {
            object["metadata"]["generation"] = json!(1);
            object["status"]["observedGeneration"] = json!(1);
        }
        *self.writes.entry(asked.resource.clone()).or_default() += 1;
        (StatusCode::OK, Some(self.stored(key, object)))
    }

    fn deleted(&mut self, key: &(String, String), body: &Value) -> Handled {
        let Some(live) = self.objects.get(key).cloned() else {
            return (StatusCode::NOT_FOUND, None);
        };
        let wanted = &body["preconditions"]["uid"];
        if !wanted.is_null() && *wanted != live["metadata"]["uid"] {
            return (StatusCode::CONFLICT, None);
        }
        *self.writes.entry(key.0.clone()).or_default() += 1;
        if key.0 == "pods" {
            self.disturbed(&key.1, "restart");
        }
        self.objects.remove(key);
        (StatusCode::OK, Some(live))
    }

    pub(crate) fn stored(&mut self, key: (String, String), mut object: Value) -> Value {
        self.serial += 1;
        object["metadata"]["resourceVersion"] = json!(self.serial.to_string());
        self.objects.insert(key, object.clone());
        object
    }

    pub(super) fn uid(&mut self) -> String {
        self.serial += 1;
        format!("uid-{}", self.serial)
    }
}

fn merge(live: &mut Value, wanted: &Value) {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            for (key, value) in wanted {
                merge(live.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (live, wanted) => *live = wanted.clone(),
    }
}
