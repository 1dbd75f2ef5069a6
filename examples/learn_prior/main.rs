//! Learns a shipped prior from exported series, or scores its settings on inner folds; `make prior` and `make tune` call it.
//!
//! ```sh
//! cargo run --release --example learn_prior -- annual SERIES.tsv src/smoothing/bayes/annual.json [SETTING=VALUE ...] # or signed, counts
//! cargo run --release --example learn_prior -- annual SERIES.tsv folds [SETTING=VALUE ...]        # or folds-source, folds-time
//! cargo run --release --example learn_prior -- course MONTHS.tsv src/forecast/under_way/course.json
//! cargo run --release --example learn_prior -- counts SERIES.tsv split:FOLDER [SETTING=VALUE ...] # six priors, as JSON
//! ```
//!
//! The input has one series a line, tabs between: source, cluster, name, first year, values (commas between, nothing for a
//! missing year), unit, fold of the country, fold of the source. The same input gives the same bytes, for any number of threads.

mod course;
mod folds;
mod plan;
mod read;

use std::error::Error;
use std::io::Write as _;

use folds::By;
use plan::Plan;
use read::Line;
use unjuran::persist::Persist as _;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, input, output, changes @ ..] = arguments.as_slice() else {
        return Err("arguments: NAME INPUT OUTPUT [SETTING=VALUE ...]".into());
    };
    if name == "course" {
        return course::write(input, output);
    }
    let plan = changes.iter().try_fold(Plan::of(name)?, |plan, change| plan.with(change))?;
    let lines = read::lines(&std::fs::read_to_string(input)?)?;
    let lines: Vec<Line> = lines.into_iter().step_by(plan.thin).collect();
    match output.as_str() {
        "folds" => return folds::report(&plan, &lines, By::Country),
        "folds-source" => return folds::report(&plan, &lines, By::Source),
        "folds-time" => return folds::later(&plan, &lines),
        _ => (),
    }
    if let Some(folder) = output.strip_prefix("split:") {
        for (name, by) in [("country", By::Country), ("source", By::Source)] {
            for (k, prior) in folds::split(&plan, &lines, by)?.iter().enumerate() {
                std::fs::write(format!("{folder}/{name}-{k}.json"), prior.to_json()?)?;
            }
        }
        return Ok(());
    }
    if let Some(prior) = output.strip_prefix("judge:") {
        let prior = serde_json::from_str(&std::fs::read_to_string(prior)?)?;
        return Ok(folds::judge(&plan, &lines, &prior)?);
    }
    let all: Vec<&Line> = lines.iter().collect();
    let lessons = read::lessons(&all, plan.crowd);
    let seen = plan.exercises(&lessons);
    let prior = plan.learn(&lessons, &seen, read::describe(&all))?;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{} series, {} origins, {} members kept, eta {:.3}",
        lessons.len(),
        seen.len(),
        prior.members().len(),
        prior.eta()
    )?;
    for (member, weight) in prior.members().iter().zip(prior.weights()).take(8) {
        writeln!(out, "  {weight:.4} {member:?}")?;
    }
    std::fs::write(output, serde_json::to_string(&prior)? + "\n")?;
    Ok(())
}
