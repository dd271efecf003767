//! The reference of the command line as Markdown, out of its definition.
//!
//! Options that all commands below a command share are told once, with that command; where only some share them, with each of these.

use clap::{Arg, Command};

/// All commands of a program with their arguments, in the order of its help.
pub fn reference(program: &Command) -> String {
    let mut program = program.clone();
    program.build();
    let mut text = format!(
        "# Command line\n\nWritten out of the program's own definition; `{} COMMAND --help` shows the same.\n",
        program.get_name()
    );
    section(&program, &mut text);
    text
}

/// A command and those below it; each name stands after those of its parents.
fn section(program: &Command, text: &mut String) {
    let mut waiting = vec![(program, program, program.get_name().to_owned())];
    while let Some((above, command, path)) = waiting.pop() {
        describe(above, command, &path, text);
        let below: Vec<_> = command
            .get_subcommands()
            .filter(|below| below.get_name() != "help" && !below.is_hide_set())
            .map(|below| (command, below, format!("{path} {}", below.get_name())))
            .collect();
        waiting.extend(below.into_iter().rev());
    }
}

fn describe(above: &Command, command: &Command, path: &str, text: &mut String) {
    let is_leaf = command.get_subcommands().next().is_none();
    let told_above = |arg: &Arg| {
        let same = above.get_arguments().find(|told| told.get_id() == arg.get_id());
        same.is_some_and(Arg::is_global_set)
    };
    let shown = |arg: &&Arg| {
        !arg.is_hide_set() && arg.get_id() != "help" && arg.get_id() != "version" && !told_above(arg)
    };
    let arguments: Vec<&Arg> = command.get_arguments().filter(shown).collect();
    *text += &format!("\n## {path}\n\n");
    if let Some(about) = command.get_long_about().or(command.get_about()) {
        *text += &format!("{}.\n", about.to_string().trim_end_matches('.'));
    }
    if is_leaf {
        let usage = command.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ").trim();
        *text += &format!("\n```text\n{usage}\n```\n");
    }
    if let Some(examples) = command.get_after_help() {
        let examples = examples.to_string();
        let lines = examples.lines().skip(1).map(str::trim);
        *text += &format!("\n```sh\n{}\n```\n", lines.collect::<Vec<_>>().join("\n"));
    }
    if !arguments.is_empty() {
        *text += "\n| argument | meaning |\n|---|---|\n";
        for argument in arguments {
            *text += &format!("| `{}` | {} |\n", form(argument), meaning(argument));
        }
    }
}

/// `-o, --output FORMAT` or `TOPIC…`.
fn form(argument: &Arg) -> String {
    let short = argument.get_short().map(|short| format!("-{short}"));
    let long = argument.get_long().map(|long| format!("--{long}"));
    let names: Vec<String> = short.into_iter().chain(long).collect();
    let takes_value = argument.get_action().takes_values();
    let value = argument.get_value_names().filter(|_| takes_value).map(|names| {
        names
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    });
    let several = match argument
        .get_num_args()
        .is_some_and(|range| range.max_values() > 1)
    {
        true => "…",
        false => "",
    };
    let words = names.join(", ");
    match (words.is_empty(), value) {
        (true, value) => value.unwrap_or_else(|| argument.get_id().to_string()) + several,
        (false, Some(value)) => format!("{words} {value}{several}"),
        (false, None) => words,
    }
}

fn meaning(argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help());
    let mut text = help
        .map(|help| help.to_string().replace(".\n\n", "\n\n").replace("\n\n", ". "))
        .unwrap_or_default();
    if !text.ends_with('.') {
        text += ".";
    }
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set() && argument.get_action().takes_values())
        .map(|value| match value.get_help() {
            Some(help) => format!("`{}` ({help})", value.get_name()),
            None => format!("`{}`", value.get_name()),
        })
        .collect();
    if !values.is_empty() {
        text += &format!(" One of {}.", values.join(", "));
    }
    let defaults = argument.get_default_values().iter();
    let defaults: Vec<String> = defaults.map(|value| format!("`{}`", value.display())).collect();
    if !defaults.is_empty() && argument.get_action().takes_values() {
        text += &format!(" Default {}.", defaults.join(", "));
    }
    if let Some(name) = argument.get_env() {
        text += &format!(" Environment `{}`.", name.display());
    }
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(name: &'static str) -> Arg {
        Arg::new(name).long(name)
    }

    fn page_of(command: Command, section: &str) -> String {
        let page = reference(&Command::new("it").subcommand(command));
        let begin = page
            .split_once(&format!("\n## {section}\n"))
            .expect("the section")
            .1;
        begin.split("\n## ").next().unwrap_or(begin).to_owned()
    }

    #[test]
    fn what_all_below_share_is_told_once() {
        let group = || {
            let below = Command::new("list").arg(option("text"));
            Command::new("group")
                .arg(option("bootstrap").global(true))
                .subcommand(below)
        };
        assert!(page_of(group(), "it group").contains("--bootstrap"));
        let list = page_of(group(), "it group list");
        assert!(list.contains("--text") && !list.contains("--bootstrap"), "{list}");
    }

    #[test]
    fn what_only_some_share_is_told_with_each() {
        let list = Command::new("list").arg(option("bootstrap").global(true));
        let broker = Command::new("broker").subcommand(list);
        assert!(page_of(broker, "it broker list").contains("--bootstrap"));
    }

    #[test]
    fn each_paragraph_of_a_meaning_ends() {
        let argument = |help| meaning(&option("from").long_help(help));
        assert_eq!(
            argument("Where to begin\n\nOr a moment"),
            "Where to begin. Or a moment."
        );
        assert_eq!(argument("It begins.\n\nIt ends."), "It begins. It ends.");
    }
}
