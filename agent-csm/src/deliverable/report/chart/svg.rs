//! SVG written by hand: numbers with one decimal, every text escaped, a title and a description for everybody.

use std::fmt::Write as _;

use crate::markup::html_text;

/// What a mark stands for: its words, and the figure it draws.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in super::super) struct Mark {
    /// Shown on hover, read aloud.
    pub(in super::super) words: String,
    /// The figure, where it draws one.
    pub(in super::super) figure: Option<String>,
    /// The figure's value as the ledger has it.
    pub(in super::super) value: Option<String>,
}

impl Mark {
    /// A mark that has words and no figure of its own.
    pub(in super::super) fn said(words: impl Into<String>) -> Self {
        Self { words: words.into(), ..Self::default() }
    }
}

/// A drawing under way.
pub(super) struct Svg {
    out: String,
}

impl Svg {
    /// A drawing of `width` by `height` units that fills the width of its column.
    ///
    /// `id` names it within the page; `title` and `desc` are what a screen reader says of it.
    pub(super) fn new(id: &str, width: f64, height: f64, title: &str, desc: &str) -> Self {
        let mut out = String::new();
        let _ = write!(
            out,
            "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
             <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
            number(width),
            number(height),
            html_text(title),
            html_text(desc)
        );
        Self { out }
    }

    pub(super) fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let _ = write!(
            self.out,
            "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
            number(x1),
            number(y1),
            number(x2),
            number(y2)
        );
    }

    /// A rectangle; a negative size draws nothing.
    pub(super) fn rect(&mut self, class: &str, (x, y): (f64, f64), (width, height): (f64, f64), mark: &Mark) {
        let _ = write!(
            self.out,
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            number(x),
            number(y),
            number(width.max(0.0)),
            number(height.max(0.0))
        );
        self.close("rect", mark);
    }

    pub(super) fn circle(&mut self, class: &str, (x, y): (f64, f64), r: f64, mark: &Mark) {
        let _ = write!(
            self.out,
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"",
            number(x),
            number(y),
            number(r)
        );
        self.close("circle", mark);
    }

    /// A line through `points`.
    pub(super) fn polyline(&mut self, class: &str, points: &[(f64, f64)], mark: &Mark) {
        let _ = write!(self.out, "<polyline class=\"{class}\" points=\"{}\"", joined(points));
        self.close("polyline", mark);
    }

    /// A filled shape through `points`.
    pub(super) fn polygon(&mut self, class: &str, points: &[(f64, f64)]) {
        let _ = write!(self.out, "<polygon class=\"{class}\" points=\"{}\"/>", joined(points));
    }

    /// Text whose baseline begins, is centred or ends at a point.
    pub(super) fn text(&mut self, class: &str, anchor: Anchor, (x, y): (f64, f64), text: &str) {
        let _ = write!(
            self.out,
            "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>",
            number(x),
            number(y),
            anchor.word(),
            html_text(text)
        );
    }

    /// Text that is a figure's value as people read it.
    pub(super) fn value(&mut self, class: &str, anchor: Anchor, (x, y): (f64, f64), text: &str, mark: &Mark) {
        let _ = write!(
            self.out,
            "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"{}\"",
            number(x),
            number(y),
            anchor.word()
        );
        self.named(mark);
        let _ = write!(self.out, ">{}</text>", html_text(text));
    }

    pub(super) fn finish(mut self) -> String {
        self.out.push_str("</svg>");
        self.out
    }

    fn named(&mut self, mark: &Mark) {
        if let Some(figure) = &mark.figure {
            let _ = write!(self.out, " data-figure=\"{}\"", html_text(figure));
        }
        if let Some(value) = &mark.value {
            let _ = write!(self.out, " data-value=\"{}\"", html_text(value));
        }
    }

    fn close(&mut self, name: &str, mark: &Mark) {
        self.named(mark);
        if mark.words.is_empty() {
            self.out.push_str("/>");
        } else {
            let _ = write!(self.out, "><title>{}</title></{name}>", html_text(&mark.words));
        }
    }
}

/// Where text stands relative to its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

fn joined(points: &[(f64, f64)]) -> String {
    let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
    points.join(" ")
}

/// A coordinate: a tenth of a unit is finer than anybody sees; `-0` is written `0`.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
