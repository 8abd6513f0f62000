//! Exact decimals: money is never a float on its way in.

/// A decimal number as written: `mantissa / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    mantissa: i128,
    scale: u32,
}

impl Decimal {
    /// Reads `1234.5`, `1,234.50`, `-12`, `(12.00)` and `$ 12`; refuses what could be read in two ways.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (text, bracketed) = match text.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
            Some(inner) => (inner, true),
            None => (text, false),
        };
        let (text, minus) = match text.strip_prefix('-') {
            Some(rest) => (rest, true),
            None => (text.strip_prefix('+').unwrap_or(text), false),
        };
        let text = text.trim_matches(|it: char| it.is_whitespace() || "$€£¥".contains(it));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let groups: Vec<&str> = whole.split(',').collect();
        let grouped = groups.len() == 1
            || (groups[1..].iter().all(|it| it.len() == 3) && (1..=3).contains(&groups[0].len()));
        let digits: String = groups.concat() + fraction;
        let fine = grouped
            && !whole.is_empty()
            && digits.len() <= 30
            && fraction.len() <= 18
            && digits.bytes().all(|it| it.is_ascii_digit());
        if !fine {
            return None;
        }
        let mantissa: i128 = digits.parse().ok()?;
        let sign = if bracketed != minus { -1 } else { 1 };
        Some(Self { mantissa: sign * mantissa, scale: u32::try_from(fraction.len()).ok()? })
    }

    /// The number times `times` times `num / den`, in units of `10^-digits`, half away from zero.
    pub(super) fn scaled(self, times: Self, num: i128, den: i128, digits: u32) -> Option<i64> {
        let top = self
            .mantissa
            .checked_mul(times.mantissa)?
            .checked_mul(num)?
            .checked_mul(10_i128.checked_pow(digits)?)?;
        let bottom = 10_i128.checked_pow(self.scale + times.scale)?.checked_mul(den)?;
        let (whole, rest) = (top / bottom, top % bottom);
        let away = if rest.abs().checked_mul(2)? >= bottom { top.signum() } else { 0 };
        i64::try_from(whole + away).ok()
    }

    /// One.
    pub(super) const ONE: Self = Self { mantissa: 1, scale: 0 };

    /// The whole number it is, if it is one.
    pub(super) fn whole(self) -> Option<i64> {
        let unit = 10_i128.checked_pow(self.scale)?;
        (self.mantissa % unit == 0).then(|| i64::try_from(self.mantissa / unit).ok()).flatten()
    }
}

/// A billing interval: how many of what. `num / den` turns its amount into a monthly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    count: i128,
    unit: &'static str,
}

impl Interval {
    /// Reads `month`, `yearly`, `every 3 months`, `6-month`, or a plain number of months.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase();
        let words: Vec<&str> =
            lower.split([' ', '-', '_']).filter(|it| !it.is_empty() && *it != "every").collect();
        let (count, word) = match words.as_slice() {
            [number] if number.bytes().all(|it| it.is_ascii_digit()) => (number.parse().ok()?, "month"),
            [word] => (1, *word),
            [number, word] => (number.parse().ok()?, *word),
            _ => return None,
        };
        let unit = match word {
            "month" | "months" | "monthly" | "mo" => "month",
            "year" | "years" | "yearly" | "annual" | "annually" | "annum" => "year",
            "quarter" | "quarters" | "quarterly" => "quarter",
            "week" | "weeks" | "weekly" => "week",
            "day" | "days" | "daily" => "day",
            "semiannual" | "semiannually" | "biannual" | "halfyearly" => {
                return Some(Self { count: 6, unit: "month" });
            }
            _ => return None,
        };
        (1..=1200).contains(&count).then_some(Self { count, unit })
    }

    /// Numerator and denominator that turn an amount per interval into one per month.
    pub(super) fn monthly(self) -> (i128, i128) {
        match self.unit {
            "year" => (1, 12 * self.count),
            "quarter" => (1, 3 * self.count),
            "week" => (52, 12 * self.count),
            "day" => (365, 12 * self.count),
            _ => (1, self.count),
        }
    }

    /// The word canonical tables use.
    pub(super) fn word(self) -> String {
        match (self.count, self.unit) {
            (1, unit) => unit.to_owned(),
            (3, "month") => "quarter".to_owned(),
            (12, "month") => "year".to_owned(),
            (count, unit) => format!("{count} {unit}s"),
        }
    }
}
