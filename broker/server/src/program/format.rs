//! `eddyline format`: makes log directories those of a node of a new cluster, once.
//!
//! With `eddyline.restore.from` in the configuration an empty node becomes one of the cluster in that bucket instead.
//! Nothing that is formatted is ever formatted again: with `--ignore-formatted` it stays, without it is an error.

use broker_metadata::MetadataVersion;
use broker_metadata::metadata_log::{Voter, VoterEndpoint};
use broker_model::{BrokerId, ClusterId, DirectoryId, Uuid};
use broker_raft::HostAndPort;
use broker_storage::RealFs;

use crate::clock::Clock;
use crate::config::{BrokerConfig, parse_host_and_port};
use crate::format::{AlreadyFormatted, FormatVoters, format};
use crate::program::broker::Configuration;
use crate::program::restore::{self, EmptyNode};
use crate::program::serve::ServeError;

/// What `format` can be told.
#[derive(Debug, clap::Args)]
pub(super) struct FormatArguments {
    #[command(flatten)]
    configuration: Configuration,
    /// Id of the cluster; without it a new one is drawn
    #[arg(long, short = 't', value_name = "ID", value_parser = cluster_id)]
    cluster_id: Option<ClusterId>,
    /// Kafka release whose metadata version the cluster begins with, as 4.0 or 4.0-IV3; without it the newest
    #[arg(long, short = 'r', value_name = "VERSION", value_parser = release)]
    release_version: Option<MetadataVersion>,
    /// Leave directories that are formatted already as they are
    #[arg(long)]
    ignore_formatted: bool,
    #[command(flatten)]
    voters: FirstVoters,
}

/// Who votes first.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub(super) struct FirstVoters {
    /// Begin a quorum of this controller alone
    #[arg(long, short = 's')]
    standalone: bool,
    /// Begin a quorum of these controllers; format each of them with the same list
    #[arg(long, short = 'I', value_name = "ID@HOST:PORT:DIRECTORY,…", value_delimiter = ',', value_parser = first_voter)]
    initial_controllers: Vec<FirstVoter>,
    /// Begin without a quorum: the controller joins one that runs
    #[arg(long, short = 'N')]
    no_initial_controllers: bool,
}

/// A controller of the first quorum.
#[derive(Clone, Debug)]
struct FirstVoter {
    id: BrokerId,
    address: HostAndPort,
    directory_id: DirectoryId,
}

fn first_voter(text: &str) -> Result<FirstVoter, String> {
    let parsed = || {
        let (id, rest) = text.split_once('@')?;
        let (address, directory) = rest.rsplit_once(':')?;
        Some(FirstVoter {
            id: BrokerId::new(i32::try_from(id.parse::<u32>().ok()?).ok()?),
            address: parse_host_and_port(address)?,
            directory_id: DirectoryId::new(directory.parse().ok()?),
        })
    };
    let described = "write id@host:port:directory-id, the last a UUID in 22 letters of URL-safe Base64";
    parsed().ok_or_else(|| described.to_owned())
}

impl FirstVoters {
    /// What they come to on this node; none for what the configuration says by itself.
    pub(super) fn choose(&self, config: &BrokerConfig) -> Result<Option<FormatVoters>, String> {
        let is_controller = config.roles.is_controller();
        let given = self.standalone || self.no_initial_controllers || !self.initial_controllers.is_empty();
        if !config.quorum.static_voters.is_empty() {
            return match given {
                true => Err(
                    "controller.quorum.voters names the voters; leave either that or the flag out".to_owned(),
                ),
                false => Ok(None),
            };
        }
        if !given {
            return match is_controller && !config.quorum.bootstrap_servers.is_empty() {
                true => Err(
                    "several controllers may be meant: say who votes first with --standalone, \
                     --initial-controllers or --no-initial-controllers, or name fixed voters in \
                     controller.quorum.voters"
                        .to_owned(),
                ),
                false => Ok(None),
            };
        }
        if self.no_initial_controllers {
            return Ok(Some(FormatVoters::Elsewhere));
        }
        if !is_controller {
            return Err(
                "the node is no controller: leave --standalone and --initial-controllers out".to_owned(),
            );
        }
        match self.standalone {
            true => Ok(None),
            false => self.named(config).map(Some),
        }
    }

    fn named(&self, config: &BrokerConfig) -> Result<FormatVoters, String> {
        let mut voters: Vec<Voter> = Vec::with_capacity(self.initial_controllers.len());
        for named in &self.initial_controllers {
            let is_twice = |voter: &Voter| voter.id == named.id || voter.directory_id == named.directory_id;
            if voters.iter().any(is_twice) {
                return Err(format!(
                    "--initial-controllers: the node or directory of {} stands there twice",
                    named.id
                ));
            }
            voters.push(Voter {
                id: named.id,
                directory_id: named.directory_id,
                endpoints: vec![VoterEndpoint {
                    name: config.quorum.listener.clone(),
                    host: named.address.host.clone(),
                    port: named.address.port,
                }],
                kraft_version_range: (0, 1),
            });
        }
        match voters.iter().any(|voter| voter.id == config.node_id) {
            true => Ok(FormatVoters::Initial(voters)),
            false => Err(format!(
                "--initial-controllers does not name this node {}; to join later, use --no-initial-controllers",
                config.node_id
            )),
        }
    }
}

fn cluster_id(text: &str) -> Result<ClusterId, String> {
    text.parse::<Uuid>().map(|_| ClusterId::new(text)).map_err(|_| {
        "a cluster id is a UUID in 22 letters of URL-safe Base64; leave it out to get a new one".to_owned()
    })
}

/// Before it voters cannot stand in the log (`kraft.version` 1).
const FIRST_RELEASE: &str = "3.9-IV0";

fn release(text: &str) -> Result<MetadataVersion, String> {
    let first = MetadataVersion::from_name(FIRST_RELEASE).unwrap_or(MetadataVersion::LATEST);
    let last = MetadataVersion::LATEST;
    let known = MetadataVersion::from_name(text).filter(|version| (first..=last).contains(version));
    known.ok_or_else(|| format!("name a release from {FIRST_RELEASE} to {}", last.name()))
}

/// Formats, and tells what it did.
///
/// # Errors
/// The configuration cannot be used, a directory is formatted already, or the file system fails.
pub(super) async fn run(arguments: FormatArguments) -> Result<(), ServeError> {
    let clock = Clock::start();
    let config = arguments.configuration.load()?;
    let already = match arguments.ignore_formatted {
        true => AlreadyFormatted::Keep,
        false => AlreadyFormatted::Refuse,
    };
    let chosen = arguments
        .voters
        .choose(&config)
        .map_err(ServeError::FirstVoters)?;
    let mut request = config.format_request(arguments.cluster_id, already, clock.wall());
    if let Some(voters) = chosen {
        request.voters = voters;
    }
    request.release = arguments.release_version.unwrap_or(request.release);
    if restore::empty_node(&config, &request, clock).await? == EmptyNode::Restored {
        println!("restored node {} from its bucket", config.node_id);
        return Ok(());
    }
    let formatted = format(&RealFs, &request)?;
    for path in &formatted.written {
        println!(
            "formatted {} for node {} of cluster {}",
            path.display(),
            config.node_id,
            formatted.cluster_id
        );
    }
    if formatted.written.is_empty() {
        println!(
            "nothing to do: every directory is formatted for cluster {}",
            formatted.cluster_id
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::config;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        format: FormatArguments,
    }

    const DIRECTORY: &str = "AAAAAAAAAAAAAAAAAAAABw";

    fn choose(configs: &[(&str, &str)], flags: &[&str]) -> Result<Option<FormatVoters>, String> {
        let overrides: Vec<(String, String)> = configs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let config = config::load(None, std::iter::empty(), &overrides).unwrap();
        let parsed = Command::try_parse_from(["format"].iter().chain(flags));
        let command = parsed.map_err(|error| error.to_string())?;
        command.format.voters.choose(&config)
    }

    const CONTROLLER: &[(&str, &str)] = &[
        ("process.roles", "controller"),
        ("node.id", "7"),
        ("listeners", "CTL://:9093"),
        ("listener.security.protocol.map", "CTL:PLAINTEXT"),
        ("controller.listener.names", "CTL"),
        ("controller.quorum.bootstrap.servers", "a:1,b:2"),
    ];

    #[test]
    fn the_first_voters_are_named_with_their_directories() {
        let list = format!("6@six:9093:AAAAAAAAAAAAAAAAAAAABg,7@[::1]:9093:{DIRECTORY}");
        let chosen = choose(CONTROLLER, &["--initial-controllers", &list]);
        let Ok(Some(FormatVoters::Initial(voters))) = chosen else {
            panic!("{chosen:?}");
        };
        assert_eq!(voters.len(), 2);
        assert_eq!(
            voters[1].directory_id,
            DirectoryId::new(DIRECTORY.parse().unwrap())
        );
        assert_eq!(
            (&*voters[1].endpoints[0].name, &*voters[1].endpoints[0].host),
            ("CTL", "::1")
        );
    }

    #[test]
    fn a_controller_that_knows_others_says_who_votes_first() {
        assert!(choose(CONTROLLER, &[]).unwrap_err().contains("--standalone"));
        assert_eq!(choose(CONTROLLER, &["--standalone"]), Ok(None));
        let joins = choose(CONTROLLER, &["--no-initial-controllers"]);
        assert_eq!(joins, Ok(Some(FormatVoters::Elsewhere)));
        assert_eq!(choose(&[], &[]), Ok(None), "a node alone begins its own quorum");
    }

    #[test]
    fn a_release_is_named_as_kafka_names_it() {
        assert_eq!(release("4.0-IV3").map(MetadataVersion::level), Ok(25));
        assert_eq!(release("4.0").map(MetadataVersion::level), Ok(25));
        assert_eq!(release("4.4"), Ok(MetadataVersion::LATEST));
        for wrong in ["3.8", "3.3-IV3", "4.5-IV0", "5", ""] {
            assert!(
                release(wrong).unwrap_err().contains("from 3.9-IV0 to 4.4-IV2"),
                "{wrong}"
            );
        }
    }

    #[test]
    fn what_contradicts_the_configuration_is_refused() {
        let fixed = [("node.id", "7"), ("controller.quorum.voters", "7@a:1")];
        assert!(choose(&fixed, &["--standalone"]).is_err());
        assert_eq!(choose(&fixed, &[]), Ok(None));
        let broker = [
            ("process.roles", "broker"),
            ("controller.listener.names", "CONTROLLER"),
            ("controller.quorum.bootstrap.servers", "a:1"),
        ];
        assert!(choose(&broker, &["--standalone"]).is_err());
        assert_eq!(choose(&broker, &[]), Ok(None));
        let without_us = format!("6@six:9093:{DIRECTORY}");
        let refused = choose(CONTROLLER, &["--initial-controllers", &without_us]).unwrap_err();
        assert!(refused.contains("does not name this node 7"), "{refused}");
        let twice = format!("7@a:1:{DIRECTORY},8@b:1:{DIRECTORY}");
        assert!(choose(CONTROLLER, &["--initial-controllers", &twice]).is_err());
        assert!(choose(CONTROLLER, &["--initial-controllers", "7@a:1"]).is_err());
        assert!(choose(CONTROLLER, &["--standalone", "--no-initial-controllers"]).is_err());
    }
}
