//! False alarms, power and coverage of `plan::impact` on simulated series, a table for each; `make impact` calls it. With a
//! number of series it prints those instead, with what is said of each, for another tool to judge; `make impact-peer` does that.

#[path = "../tests/impact/simulate.rs"]
mod simulate;

use std::io::Write as _;

use unjuran::plan::impact;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout();
    if let Some(series) = std::env::args().nth(1) {
        return listed(&mut out, series.parse()?);
    }
    writeln!(out, "## Impact: false alarms, power, coverage\n")?;
    writeln!(out, "`make impact` (`examples/impact_power.rs`): 4,000 simulated series of 8 to 15 years.\n")?;
    for (title, fall) in [("Nothing happened", 0.0), ("A fall by 60%", 0.6)] {
        writeln!(out, "{title}: share of verdicts, in percent\n")?;
        writeln!(out, "| series drawn from | series | increase | decrease |")?;
        writeln!(out, "|---|---|---|---|")?;
        for ((n, up, down), name) in simulate::verdicts(4000, fall)?.iter().zip(simulate::GENERATORS) {
            let share = |k: usize| 100.0 * k as f64 / *n as f64;
            writeln!(out, "| {name} | {n} | {:.1} | {:.1} |", share(*up), share(*down))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "Effects drawn from their prior: share of 95% intervals that hold them, in percent\n")?;
    writeln!(out, "| years before | series | held |")?;
    writeln!(out, "|---|---|---|")?;
    for before in [5, 8, 12] {
        let (all, held) = simulate::covered(4000, before)?;
        writeln!(out, "| {before} | {all} | {:.1} |", 100.0 * held as f64 / all as f64)?;
    }
    Ok(())
}

/// Rows of generator, fall, years before the event, our verdict and the numbers, with tabs between.
fn listed(out: &mut impl std::io::Write, series: usize) -> Result<(), Box<dyn std::error::Error>> {
    for fall in [0.0, 0.6] {
        for i in 0..series {
            let (one, event) = simulate::drawn(i, fall)?;
            let verdict = impact(&one, &event, &[], 0.2)?.verdict;
            let before = one.first_year().until(event.year).unwrap_or(0);
            let numbers = one.values().iter().filter_map(|value| value.exact());
            let numbers = numbers.map(|y| y.to_string()).collect::<Vec<_>>().join(" ");
            let name = simulate::GENERATORS[i % simulate::GENERATORS.len()];
            writeln!(out, "{name}\t{fall}\t{before}\t{verdict}\t{numbers}")?;
        }
    }
    Ok(())
}
