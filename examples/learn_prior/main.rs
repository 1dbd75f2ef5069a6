//! Learns a shipped prior from exported series, or scores its settings on inner folds; `make prior` and `make tune` call it.
//!
//! ```sh
//! cargo run --release --example learn_prior -- annual SERIES.tsv src/smoothing/bayes/annual.json [SETTING=VALUE ...]
//! cargo run --release --example learn_prior -- annual SERIES.tsv folds [SETTING=VALUE ...]
//! ```
//!
//! The input has one series a line, tabs between: source, cluster, name, first year, values (commas between, nothing for a
//! missing year), unit. The same input gives the same bytes, for any number of threads.

mod folds;
mod plan;
mod read;

use std::error::Error;
use std::io::Write as _;

use plan::Plan;
use read::Line;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, input, output, changes @ ..] = arguments.as_slice() else {
        return Err("arguments: NAME INPUT OUTPUT [SETTING=VALUE ...]".into());
    };
    let plan = changes.iter().try_fold(Plan::of(name)?, |plan, change| plan.with(change))?;
    let lines = read::lines(&std::fs::read_to_string(input)?)?;
    if let Some(by) = output.strip_prefix("folds") {
        folds::report(&plan, &lines, by.trim_start_matches('-'), None);
        return Ok(());
    }
    if let Some(prior) = output.strip_prefix("judge:") {
        let prior = serde_json::from_str(&std::fs::read_to_string(prior)?)?;
        folds::judge(&plan, &lines, &prior);
        return Ok(());
    }
    let all: Vec<&Line> = lines.iter().collect();
    let lessons = read::lessons(&all, plan.crowd);
    let seen = plan.exercises(&lessons);
    let prior = plan.learn(&lessons, &seen, read::describe(&all));
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{} series, {} origins, {} members kept, eta {:.3}",
        lessons.len(),
        seen.len(),
        prior.members.len(),
        prior.eta
    )?;
    for (member, weight) in prior.members.iter().zip(&prior.weights).take(8) {
        writeln!(out, "  {weight:.4} {member:?}")?;
    }
    std::fs::write(output, serde_json::to_string(&prior)? + "\n")?;
    Ok(())
}
