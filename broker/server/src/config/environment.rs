//! Which configuration a variable of the environment means.
//!
//! The convention of Kafka's container images: `KAFKA_` before the name in upper case, `_` for a dot, `__` for an
//! underscore and `___` for a dash. `EDDYLINE_` says the same and wins; there the names of our own configurations can
//! be written without their `eddyline.` again.

/// Which of two variables for one configuration counts; the greater wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// `KAFKA_*`.
    Kafka,
    /// `EDDYLINE_*`.
    Eddyline,
}

/// Variables of Kafka's start scripts and container images that are no configurations.
const NOT_CONFIGURATIONS: [&str; 12] = [
    "KAFKA_CLUSTER_ID",
    "KAFKA_GC_LOG_OPTS",
    "KAFKA_HEAP_OPTS",
    "KAFKA_HOME",
    "KAFKA_JMX_OPTS",
    "KAFKA_JVM_PERFORMANCE_OPTS",
    "KAFKA_LOG4J_LOGGERS",
    "KAFKA_LOG4J_OPTS",
    "KAFKA_LOG4J_ROOT_LOGLEVEL",
    "KAFKA_OPTS",
    "KAFKA_TOOLS_LOG4J_LOGLEVEL",
    "KAFKA_VERSION",
];

/// Variables that the commands of this program read themselves.
const OF_COMMANDS: [&str; 3] = ["EDDYLINE_ADMIN", "EDDYLINE_BOOTSTRAP", "EDDYLINE_CONFIG_FILE"];

/// The names that a variable may stand for, likeliest first; none when it stands for no configuration.
pub(super) fn property_name(variable: &str) -> Option<(Rank, Vec<String>)> {
    if NOT_CONFIGURATIONS.contains(&variable) || OF_COMMANDS.contains(&variable) {
        return None;
    }
    if let Some(rest) = variable.strip_prefix("KAFKA_") {
        return Some((Rank::Kafka, vec![dotted(rest)]));
    }
    let name = dotted(variable.strip_prefix("EDDYLINE_")?);
    let own = format!("eddyline.{name}");
    Some((Rank::Eddyline, vec![name, own]))
}

fn dotted(rest: &str) -> String {
    let lower = rest.to_ascii_lowercase();
    let mut name = String::with_capacity(lower.len());
    let mut rest = lower.as_str();
    while let Some(at) = rest.find('_') {
        name.push_str(&rest[..at]);
        let after = rest[at..].trim_start_matches('_');
        let count = rest.len() - at - after.len();
        for run in 0..count.div_ceil(3) {
            name.push(match count - run * 3 {
                1 => '.',
                2 => '_',
                _ => '-',
            });
        }
        rest = after;
    }
    name.push_str(rest);
    name
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::program::Arguments;

    #[test]
    fn what_a_command_reads_itself_is_no_configuration() {
        let mut read = BTreeSet::new();
        let mut waiting = vec![Arguments::command()];
        while let Some(command) = waiting.pop() {
            let names = command.get_arguments().filter_map(clap::Arg::get_env);
            read.extend(names.map(|name| name.to_string_lossy().into_owned()));
            waiting.extend(command.get_subcommands().cloned());
        }
        assert_eq!(Vec::from_iter(read), OF_COMMANDS);
    }

    #[test]
    fn one_underscore_is_a_dot_two_are_one_and_three_are_a_dash() {
        for (variable, name) in [
            ("KAFKA_ADVERTISED_LISTENERS", "advertised.listeners"),
            (
                "KAFKA_LISTENER_NAME_IN__SIDE_MAX_CONNECTIONS",
                "listener.name.in_side.max.connections",
            ),
            (
                "KAFKA_LISTENER_NAME_IN___SIDE_MAX_CONNECTIONS",
                "listener.name.in-side.max.connections",
            ),
        ] {
            assert_eq!(
                property_name(variable),
                Some((Rank::Kafka, vec![name.to_owned()]))
            );
        }
    }

    #[test]
    fn our_own_names_need_no_second_prefix() {
        let (rank, names) = property_name("EDDYLINE_HTTP_LISTENER").unwrap();
        assert!(rank > Rank::Kafka);
        assert_eq!(names, ["http.listener", "eddyline.http.listener"]);
    }

    #[test]
    fn variables_of_start_scripts_mean_nothing() {
        assert_eq!(property_name("KAFKA_HEAP_OPTS"), None);
        assert_eq!(property_name("EDDYLINE_BOOTSTRAP"), None);
        assert_eq!(property_name("HOME"), None);
    }
}
