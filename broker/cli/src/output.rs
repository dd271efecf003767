//! Results on stdout: a table for people, JSON or YAML for programs, all from the same value.

use std::io::Write;

use clap::ValueEnum;
use serde::Serialize;

use crate::error::CliError;

/// How results are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Aligned columns for people
    #[default]
    Table,
    /// One JSON value; of records and other streams, one a line
    Json,
    /// One YAML document
    Yaml,
}

/// A result that can be shown in every format; its fields are what JSON and YAML show.
pub(crate) trait Shown: Serialize {
    /// What a person sees, with the last line break.
    fn text(&self) -> String;
}

impl OutputFormat {
    /// Writes the result.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn print(self, result: &impl Shown) -> Result<(), CliError> {
        write_out(self.render(result)?.as_bytes())
    }

    pub(crate) fn render(self, result: &impl Shown) -> Result<String, CliError> {
        match self {
            Self::Table => Ok(result.text()),
            Self::Json => {
                let text = serde_json::to_string_pretty(result).map_err(|error| unfit("JSON", &error))?;
                Ok(text + "\n")
            }
            Self::Yaml => serde_yaml::to_string(result).map_err(|error| unfit("YAML", &error)),
        }
    }
}

/// Writes to stdout.
///
/// # Errors
/// It is closed or full.
pub(crate) fn write_out(bytes: &[u8]) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|source| CliError::Stream {
            what: "write to the standard output",
            source,
        })
}

fn unfit(format: &'static str, reason: &dyn std::fmt::Display) -> CliError {
    CliError::Format {
        format,
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Pair {
        name: &'static str,
        count: Option<i32>,
    }

    impl Shown for Pair {
        fn text(&self) -> String {
            format!("{} {:?}\n", self.name, self.count)
        }
    }

    #[test]
    fn every_format_shows_the_same_value_and_ends_its_last_line() {
        let pair = Pair {
            name: "yes",
            count: None,
        };
        let render = |format: OutputFormat| format.render(&pair).unwrap();
        assert_eq!(render(OutputFormat::Table), "yes None\n");
        assert_eq!(
            render(OutputFormat::Json),
            "{\n  \"name\": \"yes\",\n  \"count\": null\n}\n"
        );
        assert_eq!(render(OutputFormat::Yaml), "name: yes\ncount: null\n");
    }
}
