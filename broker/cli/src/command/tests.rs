//! The command line as people write it.

use clap::{CommandFactory, Parser};

use super::*;

#[derive(Debug, Parser)]
#[command(name = "eddyline")]
struct Program {
    #[command(subcommand)]
    command: Command,
}

fn parsed(line: &str) -> Result<Command, clap::Error> {
    let words = line.split_whitespace();
    Program::try_parse_from(["eddyline"].into_iter().chain(words)).map(|program| program.command)
}

fn shown(line: &str) -> String {
    format!("{:?}", parsed(line).unwrap())
}

#[test]
fn the_definition_holds_together() {
    Program::command().debug_assert();
}

#[test]
fn options_of_the_cluster_stand_before_or_after_the_verb() {
    for line in [
        "topic -b h:1 -o json list",
        "topic list --bootstrap h:1 --output json",
    ] {
        let shown = shown(line);
        assert!(
            shown.contains("bootstrap: \"h:1\"") && shown.contains("output: Json"),
            "{shown}"
        );
    }
}

#[test]
fn what_makes_no_sense_is_wrong_usage() {
    for line in [
        "topic create",
        "topic create t -p 0",
        "topic create t -c novalue",
        "topic alter t",
        "topic produce t -K : -k key",
        "topic consume t --from soon",
        "topic list -o xml",
        "completion powershell-7",
    ] {
        let error = parsed(line).map(|command| format!("{command:?}")).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}
