//! What was measured: medians and spreads, and their ratio to a baseline of the same run.

use std::borrow::Cow;

use serde_json::{Value, json};

/// Several measurements of one thing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    pub(crate) fn add(&mut self, figure: f64) {
        let at = self.0.partition_point(|other| *other <= figure);
        self.0.insert(at, figure);
    }

    /// The figure that `share` (0 to 1) of them don't exceed.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a short list")]
        let at = (last as f64 * share).round() as usize;
        self.0.get(at).copied().unwrap_or_default()
    }

    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    fn json(&self) -> Value {
        json!({"median": self.median(), "p10": self.quantile(0.1), "p90": self.quantile(0.9), "p99": self.quantile(0.99),
               "measurements": self.0.len()})
    }
}

impl FromIterator<f64> for Figures {
    fn from_iter<I: IntoIterator<Item = f64>>(figures: I) -> Self {
        let mut all: Vec<f64> = figures.into_iter().collect();
        all.sort_by(f64::total_cmp);
        Self(all)
    }
}

/// Which ratio is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Aim {
    AtLeast(f64),
    AtMost(f64),
    /// Nothing was promised; the figure is there to be compared with later ones.
    Known,
}

/// A line of the report.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) group: &'static str,
    pub(crate) what: String,
    pub(crate) unit: Cow<'static, str>,
    pub(crate) guanxi: Figures,
    pub(crate) baseline: Option<Figures>,
    pub(crate) aim: Aim,
}

impl Line {
    /// Guanxi's median over the baseline's.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let baseline = self.baseline.as_ref()?.median();
        (baseline > 0.0).then(|| self.guanxi.median() / baseline)
    }

    /// Whether the aim was met; without a baseline the figure itself counts.
    pub(crate) fn is_met(&self) -> bool {
        let figure = self.ratio().unwrap_or_else(|| self.guanxi.median());
        match self.aim {
            Aim::AtLeast(least) => figure >= least,
            Aim::AtMost(most) => figure <= most,
            Aim::Known => true,
        }
    }

    pub(crate) fn json(&self) -> Value {
        let aim = match self.aim {
            Aim::AtLeast(least) => json!({"at_least": least}),
            Aim::AtMost(most) => json!({"at_most": most}),
            Aim::Known => Value::Null,
        };
        json!({"group": self.group, "what": self.what, "unit": self.unit, "guanxi": self.guanxi.json(),
               "baseline": self.baseline.as_ref().map(Figures::json), "ratio": self.ratio(), "aim": aim, "met": self.is_met()})
    }

    /// The line of the printed table: median with the middle four fifths, baseline, ratio, aim.
    pub(crate) fn text(&self) -> String {
        let figure = |figures: &Figures| {
            format!("{:.2} ({:.2}–{:.2})", figures.median(), figures.quantile(0.1), figures.quantile(0.9))
        };
        let aim = match self.aim {
            Aim::AtLeast(least) => format!("≥ {least}"),
            Aim::AtMost(most) => format!("≤ {most}"),
            Aim::Known => String::new(),
        };
        format!(
            "{:<11}{:<52}{:>26}{:>26} {:<5}{:>8}  {:<8}{}",
            self.group,
            self.what,
            figure(&self.guanxi),
            self.baseline.as_ref().map(figure).unwrap_or_default(),
            self.unit,
            self.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
            aim,
            if self.is_met() { "" } else { "MISSED" }
        )
    }
}
