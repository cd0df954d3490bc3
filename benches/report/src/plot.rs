//! A plot: panels of bars, one below the other, as SVG.

use std::fmt::Write as _;

use crate::Series;

const WIDTH: f64 = 860.0;
/// Where bars begin, and how long the longest of a panel is.
const LEFT: f64 = 270.0;
const LENGTH: f64 = 470.0;
const ROW: f64 = 20.0;

/// There is no background, so that the page's own is seen. The reader's system says whether that is dark.
const STYLE: &str = "
text { fill: #1f2328 } .title { font-weight: bold; font-size: 13px } .note { fill: #59636e }
.stressed { fill: #d2691e } .other { fill: #8aa4bf } line { stroke: #333; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .note { fill: #9198a1 }
.stressed { fill: #e8833a } .other { fill: #5b7795 } line { stroke: #f0f6fc }
}
";

/// An SVG that grows downwards.
#[derive(Debug)]
pub struct Plot {
    shapes: String,
    height: f64,
}

/// A figure to draw.
#[derive(Clone, Debug)]
pub struct Bar {
    /// What it is of.
    pub label: String,
    /// Whether it is one that the reader looks for.
    pub stressed: bool,
    /// Its length.
    pub figure: Series,
}

impl Plot {
    /// With nothing on it.
    pub fn new() -> Self {
        Self { shapes: String::new(), height: 10.0 }
    }

    /// A title, and a bar for each figure.
    pub fn panel(&mut self, title: &str, digits: usize, bars: &[Bar]) {
        if bars.is_empty() {
            return;
        }
        let longest = bars.iter().map(|bar| bar.figure.most());
        let longest = longest.fold(f64::MIN_POSITIVE, f64::max);
        self.height += ROW;
        self.text(10.0, title, "class=\"title\"");
        for Bar { label, stressed, figure } in bars {
            self.height += ROW;
            self.text(LEFT - 8.0, label, "text-anchor=\"end\"");
            let scale = |number: f64| number.max(0.0) / longest * LENGTH;
            let (y, end) = (self.height - 13.0, scale(figure.median()));
            let class = if *stressed { "stressed" } else { "other" };
            let _ = writeln!(
                self.shapes,
                r#"<rect class="{class}" x="{LEFT}" y="{y:.1}" width="{end:.1}" height="15"/>"#
            );
            let (least, most) = (LEFT + scale(figure.least()), LEFT + scale(figure.most()));
            let middle = y + 7.5;
            let _ = writeln!(
                self.shapes,
                r#"<line x1="{least:.1}" y1="{middle:.1}" x2="{most:.1}" y2="{middle:.1}"/>"#
            );
            self.text(most + 6.0, &format!("{:.digits$}", figure.median()), "");
        }
        self.height += ROW / 2.0;
    }

    fn text(&mut self, x: f64, text: &str, attributes: &str) {
        let y = self.height;
        let _ = writeln!(self.shapes, r#"<text x="{x:.1}" y="{y:.1}" {attributes}>{text}</text>"#);
    }

    /// The whole of it.
    pub fn finish(self) -> String {
        let Self { shapes, height } = self;
        let height = height + 24.0;
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif" font-size="12">
<style>{STYLE}</style>
{shapes}<text x="10" y="{:.1}" class="note">Bars are medians over all rounds; the line in a bar goes from the least to the most.</text>
</svg>
"#,
            height - 8.0
        )
    }
}

impl Default for Plot {
    fn default() -> Self {
        Self::new()
    }
}
