//! Typed values out of [`Settings`]: the text that was set or the default, by the definition of the table.
//!
//! Owns the problems that it meets. Invariant: a value that is refused is named once and read as its default from then
//! on, so that one start names every problem.

use std::collections::BTreeSet;

use broker_metadata::config_def::{Acts, ConfigDef, ConfigValue};

use super::settings::definition_of;
use super::{ConfigProblem, Settings};

/// Reads settings and remembers what is wrong with them.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    settings: &'a Settings,
    refused: BTreeSet<String>,
    problems: Vec<ConfigProblem>,
}

impl<'a> Reader<'a> {
    /// Checks every setting by its own definition.
    pub(super) fn new(settings: &'a Settings) -> Self {
        let mut reader = Self {
            settings,
            refused: BTreeSet::new(),
            problems: Vec::new(),
        };
        for (name, setting) in settings.iter() {
            let checked = definition_of(name).map(|def| def.validate(&setting.value));
            if let Some(Err(error)) = checked {
                let default = definition_of(name).and_then(ConfigDef::default_text);
                let remedy = match default {
                    Some("") | None => "correct it or leave it out".to_owned(),
                    Some(default) => format!("correct it or leave it out; the default is {default}"),
                };
                reader.refuse(name, error.to_string(), remedy);
                reader.refused.insert(name.to_owned());
            }
        }
        reader
    }

    /// Notes what is wrong with a key.
    pub(super) fn refuse(&mut self, key: &str, why: impl Into<String>, remedy: impl Into<String>) {
        let problem = self.problem(key, why, remedy);
        self.problems.push(problem);
    }

    /// What is wrong.
    pub(super) fn into_problems(self) -> Vec<ConfigProblem> {
        self.problems
    }

    /// Whether somebody set it.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.settings.get(name).is_some()
    }

    /// What was set, if it is valid.
    pub(super) fn set_value(&self, name: &str) -> Option<ConfigValue> {
        let setting = self.settings.get(name).filter(|_| !self.refused.contains(name))?;
        definition_of(name)?.parse_value(&setting.value).ok()
    }

    fn value(&self, name: &str) -> Option<ConfigValue> {
        self.set_value(name).or_else(|| {
            let def = definition_of(name)?;
            def.parse_value(def.default_text()?).ok()
        })
    }

    /// A number; 0 when there is neither value nor default.
    pub(super) fn number(&self, name: &str) -> i64 {
        match self.value(name) {
            Some(ConfigValue::Number(number)) => number,
            _ => 0,
        }
    }

    /// A flag; off when there is neither value nor default.
    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.value(name), Some(ConfigValue::Boolean(true)))
    }

    /// A number that counts things: 0 when it is negative.
    pub(super) fn count(&self, name: &str) -> usize {
        usize::try_from(self.number(name)).unwrap_or(0)
    }

    /// A text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.value(name) {
            Some(ConfigValue::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The elements of a list.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(ConfigValue::List(elements)) => elements,
            _ => Vec::new(),
        }
    }

    /// Settings that no configuration has the name of.
    pub(super) fn unknown(&self) -> Vec<ConfigProblem> {
        let names = self.settings.iter().map(|(name, _)| name);
        names
            .filter(|name| definition_of(name).is_none())
            .map(|name| self.problem(name, "no configuration has this name", "look for a typing error"))
            .collect()
    }

    /// Settings that change nothing, and say something else than the default.
    pub(super) fn without_effect(&self) -> Vec<ConfigProblem> {
        let settings = self.settings.iter();
        settings
            .filter_map(|(name, setting)| {
                let def = definition_of(name)?;
                let Acts::No(reason) = def.acts else {
                    return None;
                };
                let why = format!("it changes nothing: {reason}");
                (!is_default(def, &setting.value))
                    .then(|| self.problem(name, why, "leave it out, or do not count on it"))
            })
            .collect()
    }

    /// Names a key with the place where it was set.
    pub(super) fn problem(
        &self,
        key: &str,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> ConfigProblem {
        ConfigProblem {
            origin: self.settings.get(key).map(|setting| setting.origin.clone()),
            key: key.to_owned(),
            why: why.into(),
            remedy: remedy.into(),
        }
    }
}

fn is_default(def: &ConfigDef, text: &str) -> bool {
    def.default_text()
        .is_some_and(|default| def.canonical(default) == def.canonical(text))
}
