//! False alarms, power and coverage of `plan::impact` on simulated series, a table for each; `make impact` calls it.

#[path = "../tests/impact/simulate.rs"]
mod simulate;

use std::io::Write as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout();
    writeln!(out, "## Impact: false alarms, power, coverage\n")?;
    writeln!(
        out,
        "`make impact` (`examples/impact_power.rs`): 4,000 simulated series of 8 to 15 years. CausalImpact is not"
    )?;
    writeln!(out, "beside it: neither of its Python packages was run.\n")?;
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
