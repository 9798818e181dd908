//! Two rates against time as an SVG: by hand, since it is two lines on a logarithmic scale.

use std::fmt::Write;

pub struct Line {
    pub name: &'static str,
    pub colour: &'static str,
    /// Requests in each second of the panel's time.
    pub rates: Vec<f64>,
}

pub struct Panel<'a> {
    pub title: &'a str,
    pub from_ms: f64,
    pub to_ms: f64,
    pub lines: [Line; 2],
}

const WIDTH: f64 = 760.0;
const PANEL: f64 = 250.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 40.0;
const HEIGHT: f64 = 165.0;
/// Powers of ten, from 10 to 1 000 000 requests per second.
const DECADES: std::ops::RangeInclusive<i32> = 1..=6;
/// A point for so many seconds: their highest.
const GROUP: usize = 20;

pub fn svg(panels: &[Panel<'_>]) -> String {
    let height = PANEL * panels.len() as f64;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#334155\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for (number, panel) in panels.iter().enumerate() {
        let _ = writeln!(text, "<g transform=\"translate(0 {})\">", PANEL * number as f64);
        draw(&mut text, panel);
        text.push_str("</g>\n");
    }
    text.push_str("</svg>\n");
    text
}

fn draw(text: &mut String, panel: &Panel<'_>) {
    let _ = writeln!(
        text,
        "<text x=\"{LEFT}\" y=\"22\" font-size=\"14\" font-weight=\"bold\">{}: requests per second</text>",
        panel.title
    );
    for decade in DECADES {
        let y = height_of(10_f64.powi(decade));
        let label = match decade {
            6 => "1 000 000",
            5 => "100 000",
            4 => "10 000",
            3 => "1 000",
            2 => "100",
            _ => "10",
        };
        let _ = writeln!(
            text,
            "<path d=\"M{LEFT} {y:.1}H{}\" stroke=\"#e2e8f0\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            y + 4.0
        );
    }
    let minute = 60_000.0;
    let mut mark = (panel.from_ms / (30.0 * minute)).ceil() * 30.0 * minute;
    while mark <= panel.to_ms {
        let x = LEFT + (mark - panel.from_ms) / (panel.to_ms - panel.from_ms) * (WIDTH - LEFT - RIGHT);
        let _ = writeln!(
            text,
            "<path d=\"M{x:.1} {TOP}V{}\" stroke=\"#e2e8f0\"/><text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{:.0} min</text>",
            TOP + HEIGHT,
            TOP + HEIGHT + 16.0,
            // Zero has no sign here.
            mark / minute + 0.0
        );
        mark += 30.0 * minute;
    }
    for (number, line) in panel.lines.iter().enumerate() {
        trace(text, line);
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"22\" text-anchor=\"end\" font-weight=\"bold\" fill=\"{}\">{}</text>",
            WIDTH - RIGHT - 60.0 * number as f64,
            line.colour,
            line.name
        );
    }
}

fn trace(text: &mut String, line: &Line) {
    let _ = write!(
        text,
        "<path fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\" d=\"",
        line.colour
    );
    let groups = line.rates.chunks(GROUP);
    let count = groups.len() as f64;
    for (number, group) in groups.enumerate() {
        let x = LEFT + (number as f64 + 0.5) / count * (WIDTH - LEFT - RIGHT);
        let y = height_of(group.iter().copied().fold(0.0, f64::max));
        let _ = write!(text, "{}{x:.1} {y:.1}", if number == 0 { 'M' } else { 'L' });
    }
    text.push_str("\"/>\n");
}

/// Where a rate stands; less than the lowest line stands at it.
fn height_of(rate: f64) -> f64 {
    let (low, high) = (f64::from(*DECADES.start()), f64::from(*DECADES.end()));
    let place = (rate.max(1.0).log10().max(low) - low) / (high - low);
    TOP + HEIGHT * (1.0 - place)
}
