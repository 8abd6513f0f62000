//! Names beside marks: none lies over another, none over a mark that matters; what finds no room is left out.

/// A box: left, top, right, bottom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    /// Around a circle.
    pub(super) fn around((x, y): (f64, f64), r: f64) -> Self {
        Self { left: x - r, top: y - r, right: x + r, bottom: y + r }
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn within(&self, other: &Self) -> bool {
        self.left >= other.left
            && self.right <= other.right
            && self.top >= other.top
            && self.bottom <= other.bottom
    }
}

/// Rooms taken on a chart.
pub(super) struct Room {
    frame: Area,
    taken: Vec<Area>,
}

impl Room {
    /// Labels stay within `frame`.
    pub(super) fn new(frame: Area) -> Self {
        Self { frame, taken: Vec::new() }
    }

    /// Nothing is written over `area`.
    pub(super) fn take(&mut self, area: Area) {
        self.taken.push(area);
    }

    /// Where a label of `width` by `height` fits beside a circle: right, left, above or below it.
    /// The place is taken; it is the left end of the baseline.
    pub(super) fn beside(
        &mut self,
        (x, y): (f64, f64),
        r: f64,
        width: f64,
        height: f64,
    ) -> Option<(f64, f64)> {
        let gap = 4.0;
        let corners = [
            (x + r + gap, y - height / 2.0),
            (x - r - gap - width, y - height / 2.0),
            (x - width / 2.0, y - r - gap - height),
            (x - width / 2.0, y + r + gap),
            (x + 0.7 * r + gap, y - 0.7 * r - height),
            (x + 0.7 * r + gap, y + 0.7 * r),
            (x - 0.7 * r - gap - width, y - 0.7 * r - height),
            (x - 0.7 * r - gap - width, y + 0.7 * r),
        ];
        let area = corners
            .into_iter()
            .map(|(left, top)| Area { left, top, right: left + width, bottom: top + height })
            .find(|area| area.within(&self.frame) && !self.taken.iter().any(|it| it.meets(area)))?;
        self.take(area);
        Some((area.left, area.bottom - 0.22 * height))
    }
}

/// About how wide `text` is in a sans-serif face of `size` units: enough to keep labels apart.
pub(super) fn width_of(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.28,
            'f' | 'r' | 't' | ' ' | '(' | ')' | '-' => 0.36,
            'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.9,
            c if c.is_uppercase() => 0.68,
            c if c.is_ascii() => 0.56,
            _ => 0.7,
        })
        .sum();
    // Names are set in a bold face, which is wider.
    1.12 * ems * size
}

/// `text` of at most `most` characters, with an ellipsis where it was longer.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
