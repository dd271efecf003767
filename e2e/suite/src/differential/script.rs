//! Runs the steps of a file one after the other against a broker.
//!
//! Owns the connections that steps share and the answers that later steps refer to. A reference is `${s12.topics.0.topic_id}` inside a text,
//! or `{"$": "s12.producer_id", "add": 1, "else": 7}` for a number, where `else` stands in when there was no such answer.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Observation, normal_form};
use crate::connection::{Connection, Outcome};
use crate::wire::{Result, Schemas, batch};

/// How long an answer may take unless the step says otherwise.
const DEADLINE: Duration = Duration::from_secs(8);
/// How often a step is tried again while it gets one of the errors that it may wait for.
const TRIES: usize = 60;

/// A run of steps.
#[derive(Debug)]
pub struct Script<'a> {
    schemas: &'a Schemas,
    broker: SocketAddr,
    run: String,
    connections: BTreeMap<String, Option<Connection>>,
    answers: Map<String, Value>,
}

impl<'a> Script<'a> {
    /// A run against that broker; `run` becomes part of every name that is created.
    #[must_use]
    pub fn new(schemas: &'a Schemas, broker: SocketAddr, run: String) -> Self {
        Self {
            schemas,
            broker,
            run,
            connections: BTreeMap::new(),
            answers: Map::new(),
        }
    }

    /// Does one step. A step that is a case is observed.
    ///
    /// # Errors
    /// The step cannot be understood.
    pub fn step(&mut self, step: &Value) -> Result<Option<Observation>> {
        if let Some(pause) = step.get("sleep_ms").and_then(Value::as_u64) {
            thread::sleep(Duration::from_millis(pause));
            return Ok(None);
        }
        if let Some(name) = text(step, "close") {
            self.connections.remove(name);
            return Ok(None);
        }
        let outcome = match text(step, "raw") {
            Some(bytes) => self.raw(step, &batch::unhex(bytes)?),
            None => self.request(step)?,
        };
        let Some(case) = text(step, "case") else {
            return Ok(None);
        };
        Ok(Some(Observation {
            case: case.to_owned(),
            api: text(step, "api").unwrap_or("raw").to_owned(),
            answer: normal_form::of(&outcome, &self.run),
        }))
    }

    fn raw(&self, step: &Value, bytes: &[u8]) -> Value {
        let mut connection = match Connection::open(self.broker, DEADLINE) {
            Ok(connection) => connection,
            Err(error) => return json!({ "outcome": error.to_string() }),
        };
        if connection.send_bytes(bytes).is_err() {
            return json!({ "outcome": "closed" });
        }
        let expected = step
            .get("answers")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        if expected.is_empty() {
            return told(connection.receive_anything());
        }
        let mut all = Vec::new();
        for one in &expected {
            let version = one.get(1).and_then(Value::as_i64).unwrap_or(0) as i16;
            let api = one.get(0).and_then(Value::as_str).unwrap_or_default();
            all.push(told(connection.receive(self.schemas, api, version, None)));
        }
        if all.len() == 1 {
            all.remove(0)
        } else {
            json!({ "outcome": "answers", "body": all })
        }
    }

    fn request(&mut self, step: &Value) -> Result<Value> {
        let api = text(step, "api").ok_or_else(|| format!("a step without an API: {step}"))?;
        let version = step
            .get("v")
            .and_then(Value::as_i64)
            .ok_or("a step without a version")? as i16;
        let body = self.filled(step.get("req").ok_or("a step without a request")?);
        let deadline = step
            .get("timeout_ms")
            .and_then(Value::as_u64)
            .map_or(DEADLINE, Duration::from_millis);
        let waits_for: Vec<i64> = step
            .get("retry")
            .and_then(Value::as_array)
            .map(|codes| codes.iter().filter_map(Value::as_i64).collect())
            .unwrap_or_default();
        let shared = text(step, "conn").map(str::to_owned);
        let mut connection = match &shared {
            Some(name) if self.connections.contains_key(name) => self.connections.remove(name).flatten(),
            _ => Connection::open(self.broker, deadline).ok(),
        };
        let mut outcome = Outcome::Closed;
        if let Some(open) = connection.as_mut() {
            if step.get("send_only").is_some() {
                open.send(self.schemas, api, version, &body)?;
                self.connections.extend(shared.map(|name| (name, connection)));
                return Ok(Value::Null);
            }
            for _ in 0..TRIES {
                outcome = open.call(self.schemas, api, version, &body);
                if !matches!(&outcome, Outcome::Answer(value) if has_code(value, &waits_for)) {
                    break;
                }
                thread::sleep(Duration::from_millis(100));
            }
        }
        if let (Some(id), Outcome::Answer(value)) = (text(step, "id"), &outcome) {
            self.answers.insert(id.to_owned(), value.clone());
        }
        if let Some(name) = shared {
            let open = connection.filter(|_| matches!(outcome, Outcome::Answer(_)));
            self.connections.insert(name, open);
        }
        Ok(told(outcome))
    }

    /// The value with everything that it refers to.
    fn filled(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::from(self.filled_text(text)),
            Value::Array(elements) => elements.iter().map(|element| self.filled(element)).collect(),
            Value::Object(fields) => match fields.get("$").and_then(Value::as_str) {
                Some(path) => {
                    let plus = fields.get("add").and_then(Value::as_i64).unwrap_or(0);
                    let stand_in = fields.get("else").and_then(Value::as_i64).unwrap_or(0);
                    Value::from(
                        self.found(path)
                            .and_then(Value::as_i64)
                            .map_or(stand_in, |number| number + plus),
                    )
                }
                None => fields
                    .iter()
                    .map(|(name, value)| (name.clone(), self.filled(value)))
                    .collect(),
            },
            other => other.clone(),
        }
    }

    fn filled_text(&self, text: &str) -> String {
        let mut pieces = text.split("${");
        let mut out = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (path, rest) = piece.split_once('}').unwrap_or((piece, ""));
            if path == "run" {
                out.push_str(&self.run);
            } else {
                // An answer that never came stands for an id that nothing has.
                out.push_str(
                    self.found(path)
                        .and_then(Value::as_str)
                        .unwrap_or("ESIzRFVmdwUBAgMEBQYHCA"),
                );
            }
            out.push_str(rest);
        }
        out
    }

    fn found(&self, path: &str) -> Option<&Value> {
        let mut parts = path.split('.');
        let mut value = self.answers.get(parts.next()?)?;
        for part in parts {
            value = match part.parse::<usize>() {
                Ok(index) => value.get(index)?,
                Err(_) => value.get(part)?,
            };
        }
        Some(value)
    }
}

fn text<'v>(step: &'v Value, name: &str) -> Option<&'v str> {
    step.get(name).and_then(Value::as_str)
}

fn has_code(value: &Value, codes: &[i64]) -> bool {
    match value {
        Value::Array(elements) => elements.iter().any(|element| has_code(element, codes)),
        Value::Object(fields) => fields.iter().any(|(name, value)| {
            has_code(value, codes)
                || name.ends_with("error_code") && value.as_i64().is_some_and(|code| codes.contains(&code))
        }),
        _ => false,
    }
}

fn told(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Answer(body) => json!({ "outcome": "answer", "body": body }),
        Outcome::Closed => json!({ "outcome": "closed" }),
        Outcome::Silence => json!({ "outcome": "silence" }),
        Outcome::Undecodable(why) => json!({ "outcome": "undecodable", "why": why }),
    }
}
