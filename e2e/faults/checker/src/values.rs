//! Values as two numbers: `client:number` with the client's name kept once.
//!
//! A value of another form counts as written by a client of that whole name, with number zero.

use std::collections::HashMap;

/// A record's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Value {
    pub(crate) writer: u32,
    pub(crate) number: u64,
}

/// Names of clients that write, each with a number.
#[derive(Debug, Default)]
pub(crate) struct Writers {
    numbers: HashMap<String, u32>,
    names: Vec<String>,
}

impl Writers {
    pub(crate) fn parse(&mut self, text: &str) -> Value {
        match text
            .rsplit_once(':')
            .and_then(|(name, number)| Some((name, number.parse().ok()?)))
        {
            Some((name, number)) => self.value(name, number),
            None => self.value(text, 0),
        }
    }

    pub(crate) fn value(&mut self, name: &str, number: u64) -> Value {
        let writer = match self.numbers.get(name) {
            Some(&writer) => writer,
            None => {
                let writer = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
                self.numbers.insert(name.to_owned(), writer);
                self.names.push(name.to_owned());
                writer
            }
        };
        Value { writer, number }
    }

    pub(crate) fn show(&self, value: Value) -> String {
        let name = self.names.get(value.writer as usize).map_or("?", String::as_str);
        format!("{name}:{}", value.number)
    }
}
