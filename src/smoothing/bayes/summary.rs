//! The fit as a text of several lines.

use std::fmt::Write as _;

use super::fitted::FittedBayesEts;

impl FittedBayesEts {
    /// What was fitted, and what each event and driver does (see [`FittedBayesEts::effects`]): the median and the 95% interval
    /// of its relative effect.
    pub fn summary(&self) -> String {
        let (mut text, effects) = (self.report().to_string(), self.effects());
        if effects.is_empty() {
            return text;
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(
            "  effects (an event's on a year in full force, a driver's as it moves by its standard deviation):\n",
        );
        for effect in effects {
            let [low, median, high] = [0.025, 0.5, 0.975].map(|p| 100.0 * effect.relative(p));
            // why let: a text always takes another line.
            let _ = writeln!(text, "  {:<16} {median:+.0}% (95% interval: {low:+.0}% to {high:+.0}%)", effect.name);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use crate::design::Inputs;
    use crate::series::{Event, EventKind, Note, Series, Year};
    use crate::smoothing::BayesEts;

    fn year(y: i64) -> Year {
        Year::new(y).unwrap()
    }

    #[test]
    fn the_summary_tells_what_an_event_did_with_its_interval() {
        // half of what it was from 2016 on
        let y = [103.0, 98.0, 101.0, 97.0, 104.0, 99.0, 51.0, 48.0, 50.0, 52.0];
        let series = Series::new("cases", year(2010), &y).unwrap();
        let inputs = Inputs::new().event(Event::new(year(2016), EventKind::Step, Some("act"))).unwrap();
        let fitted = BayesEts::default().fit_with(&series, &inputs).unwrap();
        let text = fitted.summary();
        let line = text.lines().find(|line| line.trim_start().starts_with("act")).unwrap();
        let effect = &fitted.effects()[0];
        let whole = |p: f64| format!("{:+.0}%", 100.0 * effect.relative(p));
        assert!(
            line.contains(&format!("{} (95% interval: {} to {})", whole(0.5), whole(0.025), whole(0.975))),
            "{line}"
        );
        assert!(effect.relative(0.975) < 0.0 && text.ends_with('\n'), "{text}");
        let plain = BayesEts::default().fit(&series).unwrap();
        assert_eq!(plain.summary(), plain.report().to_string());
    }

    #[test]
    fn more_drivers_than_so_few_years_can_bear_are_told_of() {
        let y = [103.0, 98.0, 101.0, 97.0, 104.0, 99.0, 95.0, 108.0];
        let series = Series::new("cases", year(2010), &y).unwrap();
        let with = |drivers: u32| {
            let mut inputs = Inputs::new();
            for d in 0..drivers {
                let values = (0..8).map(|t| (year(2010 + i64::from(t)), f64::from((t * (d + 3) + d) % 7)));
                inputs = inputs.driver(&format!("x{d}"), values).unwrap();
            }
            BayesEts::default().fit_with(&series, &inputs).unwrap().report().notes.clone()
        };
        assert!(with(8).contains(&Note::ManyColumns { columns: 8, observed: 8 }), "8 drivers on 8 years");
        assert!(with(2).contains(&Note::ManyColumns { columns: 2, observed: 8 }));
        for few in [0, 1] {
            assert!(!with(few).iter().any(|note| matches!(note, Note::ManyColumns { .. })), "{few} on 8 years");
        }
    }
}
