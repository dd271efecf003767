//! Asks for changes of topics, and deals the answers out to those who wished.

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_client::{Client, ClientError, TopicSelection, Validation};
use broker_model::BrokerId;
use broker_protocol::{ApiKey, ErrorCode};
use operator_plan::topic::TopicRequest;

use crate::calls::{Call, ReplicasChange, together};
use crate::placement::placement;
use crate::throttle;

type Answers = BTreeMap<String, Result<(), ClientError>>;

/// Asks for changes, each for itself. What is already so is no failure. The answers are in the order of the wishes.
pub async fn ask(client: &Client, wishes: &[TopicRequest]) -> Vec<Result<(), Arc<ClientError>>> {
    let mut answers: Vec<_> = wishes.iter().map(|_| Ok(())).collect();
    for call in together(wishes) {
        let answered = send(client, &call.call).await;
        for (place, answer) in dealt(&call.of, answered, call.call.api()) {
            answers[place] = tolerated(answer);
        }
    }
    answers
}

async fn send(client: &Client, call: &Call) -> Result<Answers, ClientError> {
    match call {
        Call::Create(topics) => {
            let made = client.create_topics(topics, Validation::AndApply).await?;
            Ok(made
                .into_iter()
                .map(|(name, made)| (name, made.map(drop)))
                .collect())
        }
        Call::Grow(totals) => client.create_partitions_of(totals, Validation::AndApply).await,
        Call::Configure(changes) => client.alter_topic_configs(changes, Validation::AndApply).await,
        Call::ChangeReplicas(wanted) => change_replicas(client, wanted).await,
        Call::Delete(ids) => {
            let gone = client.delete_topics(ids).await?;
            Ok(gone
                .into_iter()
                .map(|(id, gone)| (id.to_string(), gone))
                .collect())
        }
    }
}

/// Gives each partition of each topic another number of replicas. What is to move slowly is listed before it moves.
async fn change_replicas(client: &Client, wanted: &[ReplicasChange]) -> Result<Answers, ClientError> {
    let cluster = client.describe_cluster().await?;
    let usable = cluster.brokers.iter().filter(|broker| !broker.is_fenced);
    let brokers: Vec<BrokerId> = usable.map(|broker| broker.id).collect();
    let names: Vec<&str> = wanted.iter().map(|change| change.topic.as_str()).collect();
    let metadata = client.refresh(TopicSelection::Named(&names)).await?;
    let mut changes = Vec::new();
    let mut slow = Vec::new();
    let mut answers = Answers::new();
    for change in wanted {
        let topic = metadata
            .topics
            .get(&change.topic)
            .filter(|topic| topic.error == ErrorCode::None);
        let answer = match topic {
            Some(topic) => {
                let replicas = usize::try_from(change.replicas).unwrap_or_default();
                let placed = placement(topic, &brokers, replicas);
                if change.throttle.is_some() {
                    slow.extend(throttle::listed(topic, &placed));
                }
                changes.extend(placed);
                Ok(())
            }
            None => Err(ClientError::NoSuchTopic {
                topic: change.topic.clone(),
            }),
        };
        answers.insert(change.topic.clone(), answer);
    }
    if let Some(rate) = wanted.iter().filter_map(|change| change.throttle).min()
        && !slow.is_empty()
    {
        for (topic, listed) in throttle::set(client, rate, &slow).await? {
            if listed.is_err() {
                changes.retain(|(partition, _)| partition.topic[..] != topic[..]);
                answers.insert(topic, listed);
            }
        }
    }
    if changes.is_empty() {
        return Ok(answers);
    }
    for (partition, outcome) in client.alter_reassignments(&changes).await? {
        if outcome.is_err() {
            answers.insert(partition.topic.to_string(), outcome);
        }
    }
    Ok(answers)
}

/// To each wish its answer; one for all if the call failed as a whole.
fn dealt(
    of: &[(usize, String)],
    answered: Result<Answers, ClientError>,
    api: ApiKey,
) -> Vec<(usize, Result<(), Arc<ClientError>>)> {
    let mut answers = match answered {
        Ok(answers) => answers,
        Err(error) => {
            let error = Arc::new(error);
            return of.iter().map(|(place, _)| (*place, Err(error.clone()))).collect();
        }
    };
    let left_out = || {
        Err(ClientError::Incomplete {
            host: "the cluster".to_owned(),
            api,
        })
    };
    let one = |(place, key): &(usize, String)| {
        let answer = answers.remove(key).unwrap_or_else(left_out);
        (*place, answer.map_err(Arc::new))
    };
    of.iter().map(one).collect()
}

fn tolerated(answer: Result<(), Arc<ClientError>>) -> Result<(), Arc<ClientError>> {
    match answer {
        Err(error) if error.code().is_some_and(is_no_failure) => Ok(()),
        other => other,
    }
}

/// Somebody else has done it.
fn is_no_failure(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::TopicAlreadyExists | ErrorCode::UnknownTopicId)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_such(topic: &str) -> ClientError {
        ClientError::NoSuchTopic {
            topic: topic.to_owned(),
        }
    }

    fn of(keys: &[&str]) -> Vec<(usize, String)> {
        let places = [4, 0, 9].into_iter();
        places.zip(keys.iter().map(|key| (*key).to_owned())).collect()
    }

    #[test]
    fn each_gets_the_answer_that_is_its_own() {
        let answers = [
            ("b".to_owned(), Err(no_such("b"))),
            ("a".to_owned(), Ok(())),
            ("stranger".to_owned(), Err(no_such("stranger"))),
        ];
        let dealt = dealt(
            &of(&["a", "b", "left out"]),
            Ok(answers.into()),
            ApiKey::CreateTopics,
        );
        let told: Vec<_> = dealt
            .iter()
            .map(|(place, answer)| (*place, answer.as_ref().map_err(|error| error.to_string())))
            .collect();
        assert_eq!(told[0], (4, Ok(&())));
        assert!(told[1].0 == 0 && told[1].1.as_ref().is_err_and(|text| text.contains("topic b ")));
        assert!(told[2].0 == 9 && told[2].1.as_ref().is_err_and(|text| text.contains("leaves out")));
    }

    #[test]
    fn a_call_that_fails_as_a_whole_fails_for_each() {
        let dealt = dealt(&of(&["a", "b"]), Err(no_such("x")), ApiKey::CreateTopics);
        assert!(dealt.len() == 2 && dealt.iter().all(|(_, answer)| answer.is_err()));
    }
}
