//! `group describe`: who is in a group, what it has read, and what it has still to read.

use std::collections::{BTreeMap, BTreeSet};

use broker_client::{Client, ClientError, GroupDescription, GroupMember, OffsetSpec};
use broker_model::{Offset, TopicPartition};
use clap::Args;
use serde::Serialize;

use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;
use crate::table::Table;

/// Which groups are described.
#[derive(Args, Clone, Debug)]
pub(crate) struct DescribeArgs {
    /// Names of the groups
    #[arg(required = true, value_name = "GROUP")]
    groups: Vec<String>,
    /// Show the members and what is assigned to them
    #[arg(long)]
    members: bool,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Descriptions {
    groups: Vec<Description>,
}

#[derive(Debug, Serialize)]
struct Description {
    group: String,
    state: String,
    #[serde(rename = "type")]
    kind: &'static str,
    assignor: String,
    coordinator: String,
    /// Sum over the partitions where it is known.
    lag: i64,
    partitions: Vec<PartitionRow>,
    members: Vec<MemberRow>,
    #[serde(skip)]
    shows_members: bool,
}

#[derive(Debug, Serialize)]
struct PartitionRow {
    topic: String,
    partition: i32,
    offset: Option<i64>,
    end: Option<i64>,
    lag: Option<i64>,
    member: Option<String>,
    client_id: Option<String>,
    host: Option<String>,
}

#[derive(Debug, Serialize)]
struct MemberRow {
    member: String,
    instance_id: Option<String>,
    client_id: String,
    host: String,
    partitions: Vec<String>,
}

/// Prints one description after the other; a group that cannot be described does not stop the others.
pub(crate) async fn describe(cluster: &ClusterArgs, args: &DescribeArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    let mut described = Descriptions { groups: Vec::new() };
    let mut failures = Vec::new();
    for name in &args.groups {
        match describe_one(&client, name).await {
            Ok(mut group) => {
                group.shows_members = args.members;
                described.groups.push(group);
            }
            Err(error) => failures.push(error.into()),
        }
    }
    if !described.groups.is_empty() {
        cluster.output.print(&described)?;
    }
    CliError::of_many("groups", args.groups.len(), failures, cluster.output)
}

async fn describe_one(client: &Client, name: &str) -> Result<Description, ClientError> {
    let group = client.describe_group(name).await?;
    let committed: BTreeMap<TopicPartition, Offset> = client
        .committed_offsets(name)
        .await?
        .into_iter()
        .map(|committed| (committed.partition, committed.offset))
        .collect();
    let assigned = group.members.iter().flat_map(|member| member.partitions.iter());
    let keys: BTreeSet<TopicPartition> = assigned.chain(committed.keys()).cloned().collect();
    let ends = ends(client, &keys).await?;
    Ok(Description::new(&group, &keys, &committed, &ends))
}

/// Ends of the logs; none of those whose topic is gone.
async fn ends(
    client: &Client,
    keys: &BTreeSet<TopicPartition>,
) -> Result<BTreeMap<TopicPartition, Offset>, ClientError> {
    let mut asked = Vec::new();
    for key in keys {
        match client.topic(&key.topic).await {
            Ok(topic) if topic.partitions.iter().any(|known| known.index == key.partition) => {
                asked.push(key.clone());
            }
            Ok(_) | Err(ClientError::NoSuchTopic { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let listed = client.list_same_offset(&asked, OffsetSpec::Latest).await?;
    Ok(listed
        .into_iter()
        .filter_map(|(key, listed)| Some((key, listed.offset?)))
        .collect())
}

impl Description {
    fn new(
        group: &GroupDescription,
        keys: &BTreeSet<TopicPartition>,
        committed: &BTreeMap<TopicPartition, Offset>,
        ends: &BTreeMap<TopicPartition, Offset>,
    ) -> Self {
        let row = |key: &TopicPartition| {
            let reader = group
                .members
                .iter()
                .find(|member| member.partitions.contains(key));
            PartitionRow::new(key, committed.get(key).copied(), ends.get(key).copied(), reader)
        };
        let partitions: Vec<PartitionRow> = keys.iter().map(row).collect();
        Self {
            group: group.id.clone(),
            state: group.state.clone(),
            kind: group.kind,
            assignor: group.assignor.clone(),
            coordinator: group.coordinator.clone(),
            lag: partitions.iter().filter_map(|row| row.lag).sum(),
            partitions,
            members: group.members.iter().map(MemberRow::new).collect(),
            shows_members: false,
        }
    }

    fn text(&self) -> String {
        let mut text = format!("group        {}\nstate        {}\n", self.group, self.state);
        text += &format!("type         {}\nassignor     {}\n", self.kind, self.assignor);
        text += &format!(
            "coordinator  {}\nmembers      {}\n",
            self.coordinator,
            self.members.len()
        );
        text += &format!("lag          {}\n", self.lag);
        if !self.partitions.is_empty() {
            text += &format!("\n{}", self.partition_table());
        }
        if self.shows_members && !self.members.is_empty() {
            text += &format!("\n{}", self.member_table());
        }
        text
    }

    fn partition_table(&self) -> Table {
        let mut table = Table::new(&[
            "TOPIC",
            "PARTITION",
            "OFFSET",
            "END",
            "LAG",
            "CLIENT",
            "HOST",
            "MEMBER",
        ]);
        let known = |number: Option<i64>| number.map_or("-".to_owned(), |number| number.to_string());
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        for row in &self.partitions {
            table.row([
                row.topic.clone(),
                row.partition.to_string(),
                known(row.offset),
                known(row.end),
                known(row.lag),
                text(&row.client_id),
                text(&row.host),
                text(&row.member),
            ]);
        }
        table
    }

    fn member_table(&self) -> Table {
        let mut table = Table::new(&["MEMBER", "INSTANCE", "CLIENT", "HOST", "PARTITIONS"]);
        for row in &self.members {
            table.row([
                row.member.clone(),
                row.instance_id.clone().unwrap_or_default(),
                row.client_id.clone(),
                row.host.clone(),
                row.partitions.join(","),
            ]);
        }
        table
    }
}

impl PartitionRow {
    fn new(
        key: &TopicPartition,
        offset: Option<Offset>,
        end: Option<Offset>,
        reader: Option<&GroupMember>,
    ) -> Self {
        let lag = end
            .zip(offset)
            .map(|(end, offset)| (end.value() - offset.value()).max(0));
        Self {
            topic: key.topic.to_string(),
            partition: key.partition.value(),
            offset: offset.map(Offset::value),
            end: end.map(Offset::value),
            lag,
            member: reader.map(|member| member.id.clone()),
            client_id: reader.map(|member| member.client_id.clone()),
            host: reader.map(|member| member.host.clone()),
        }
    }
}

impl MemberRow {
    fn new(member: &GroupMember) -> Self {
        Self {
            member: member.id.clone(),
            instance_id: member.instance_id.clone(),
            client_id: member.client_id.clone(),
            host: member.host.clone(),
            partitions: member.partitions.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Shown for Descriptions {
    fn text(&self) -> String {
        let texts: Vec<String> = self.groups.iter().map(Description::text).collect();
        texts.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use broker_model::PartitionIndex;

    use super::*;
    use crate::output::OutputFormat;

    fn key(partition: i32) -> TopicPartition {
        TopicPartition::new("t", PartitionIndex::new(partition))
    }

    fn described() -> Descriptions {
        let group = GroupDescription {
            id: "g".to_owned(),
            kind: "classic",
            state: "Stable".to_owned(),
            protocol_type: "consumer".to_owned(),
            assignor: "range".to_owned(),
            coordinator: "h:1".to_owned(),
            members: vec![GroupMember {
                id: "c-1".to_owned(),
                instance_id: None,
                client_id: "c".to_owned(),
                host: "/10.0.0.1".to_owned(),
                partitions: vec![key(0), key(1)],
            }],
        };
        let keys = [key(0), key(1), key(2)].into();
        let committed = [(key(0), Offset::new(5)), (key(2), Offset::new(9))].into();
        let ends = [(key(0), Offset::new(12)), (key(1), Offset::new(3))].into();
        Descriptions {
            groups: vec![Description::new(&group, &keys, &committed, &ends)],
        }
    }

    #[test]
    fn lag_is_known_where_offset_and_end_are() {
        let text = OutputFormat::Table.render(&described()).unwrap();
        let expected = "\
group        g
state        Stable
type         classic
assignor     range
coordinator  h:1
members      1
lag          7

TOPIC  PARTITION  OFFSET  END  LAG  CLIENT  HOST       MEMBER
t              0       5   12    7  c       /10.0.0.1  c-1
t              1       -    3    -  c       /10.0.0.1  c-1
t              2       9    -    -
";
        assert_eq!(text, expected);
    }

    #[test]
    fn json_has_null_for_what_is_not_known() {
        let text = OutputFormat::Json.render(&described()).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value[0]["partitions"][1]["lag"], serde_json::Value::Null);
        assert_eq!(value[0]["partitions"][0]["lag"], 7);
        assert_eq!(value[0]["type"], "classic");
        assert_eq!(value[0]["members"][0]["partitions"][1], "t-1");
    }
}
