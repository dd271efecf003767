//! The report as Markdown: facts about the run, then a table for each case.

use std::fmt::Write as _;

use crate::Failure;
use crate::cases::Case;
use crate::figures::{Goal, Row, Samples};
use crate::lab::Lab;

/// The head of every table.
pub const TABLE_HEAD: &str = "| what | unit | eddyline | Kafka | ratio | goal |\n|---|---|---|---|---|---|\n";

/// What stands above the tables.
pub fn head(command: &str, lab: &Lab) -> Result<String, Failure> {
    let machine = &lab.machine;
    let mut text = String::new();
    writeln!(text, "- Command: `{command}`")?;
    writeln!(text, "- Date: {}, revision {}", machine.date, machine.revision)?;
    writeln!(
        text,
        "- Machine: {} cores ({}), {} GiB, {}",
        machine.cores, machine.processor, machine.memory_gib, machine.kernel
    )?;
    writeln!(
        text,
        "- Kafka: 4.4.0, tools 4.3.1, on {}, heap and collector as its own scripts set them",
        machine.java
    )?;
    writeln!(
        text,
        "- Runs: {}, the brokers in turn; a cell is the median, then every run",
        lab.runs
    )?;
    writeln!(text, "- Load average when it began: {}", machine.load)?;
    Ok(text)
}

/// The table of one case.
pub fn section(case: Case, rows: &[Row]) -> String {
    let mut text = format!("## {}\n\n{}\n\n", case.title(), case.method());
    text.push_str(TABLE_HEAD);
    for row in rows {
        text.push_str(&line(row));
    }
    text
}

/// One line of a table.
pub fn line(row: &Row) -> String {
    let ratio = row.ratio().map_or("–".to_owned(), |ratio| format!("{ratio:.2}×"));
    let goals: Vec<String> = row.goals.iter().map(|goal| judged(row, *goal)).collect();
    let (ours, theirs) = (cell(&row.samples.ours), cell(&row.samples.theirs));
    let goals = goals.join(", ");
    format!(
        "| {} | {} | {ours} | {theirs} | {ratio} | {goals} |\n",
        row.what, row.unit
    )
}

fn judged(row: &Row, goal: Goal) -> String {
    let asked = match goal {
        Goal::RatioAtLeast(least) => format!("≥ {least}×"),
        Goal::RatioAtMost(most) => format!("≤ {most}×"),
        Goal::AtMost(most) => format!("≤ {most} {}", row.unit),
        Goal::None => return String::new(),
    };
    match row.reaches(goal) {
        Some(true) => format!("{asked} reached"),
        Some(false) => format!("{asked} **missed**"),
        None => format!("{asked} not measured"),
    }
}

fn cell(samples: &Samples) -> String {
    let Some(median) = samples.median() else {
        return "–".to_owned();
    };
    let every: Vec<String> = samples.0.iter().map(|sample| rounded(*sample)).collect();
    format!("**{}** ({})", rounded(median), every.join(", "))
}

fn rounded(figure: f64) -> String {
    match figure.abs() {
        0.0..10.0 => format!("{figure:.2}"),
        10.0..100.0 => format!("{figure:.1}"),
        _ => format!("{figure:.0}"),
    }
}
