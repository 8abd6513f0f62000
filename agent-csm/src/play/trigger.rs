//! What makes a playbook apply: a signal that fired, or a condition of the account.

use crate::assessment::{Account, Day, TierRow};
use crate::plan::{Settings, Standing};

/// A condition with a name; any other word in a trigger is a signal's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// On the list of accounts at risk.
    AtRisk,
    /// On the list of growth accounts.
    Growth,
    /// First paid day lately.
    Onboarding,
    /// A renewal, or the deadline for one, in the next 90 days.
    Renewing,
    /// Left lately.
    Churned,
    /// In the tier with the highest ARR.
    TopTier,
    /// In the tier with the lowest ARR.
    BottomTier,
}

impl Condition {
    /// Every condition, as written in a playbook.
    pub const ALL: [(&'static str, Self); 7] = [
        ("at_risk", Self::AtRisk),
        ("growth", Self::Growth),
        ("onboarding", Self::Onboarding),
        ("renewing", Self::Renewing),
        ("churned", Self::Churned),
        ("top_tier", Self::TopTier),
        ("bottom_tier", Self::BottomTier),
    ];

    /// The condition of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(word, _)| *word == name).map(|(_, condition)| *condition)
    }

    /// Why it holds, in words for a page.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::AtRisk => "at risk",
            Self::Growth => "ready to grow",
            Self::Onboarding => "newly paying: onboarding",
            Self::Renewing => "deadline or renewal in the next ninety days",
            Self::Churned => "left lately",
            Self::TopTier => "in the top tier",
            Self::BottomTier => "in the bottom tier",
        }
    }

    /// Whether it holds for `account` on `as_of`.
    #[must_use]
    pub fn holds(self, account: &Account, settings: &Settings, tiers: &[TierRow], as_of: Day) -> bool {
        let within =
            |day: Option<Day>, days: i64| day.is_some_and(|day| (0..=days).contains(&day.days_to(as_of)));
        match self {
            Self::AtRisk => account.is_at_risk(),
            Self::Growth => account.growth_rank.is_some(),
            Self::Onboarding => {
                account.is_managed() && within(account.first_paid_on, settings.windows.onboarding_days)
            }
            Self::Renewing => account.is_managed() && account.is_renewing(),
            Self::Churned => {
                account.status == "churned" && within(account.churned_on, settings.windows.win_back_days)
            }
            Self::TopTier => account.is_managed() && settings.standing(account, tiers) == Standing::Top,
            Self::BottomTier => account.is_managed() && settings.standing(account, tiers) == Standing::Bottom,
        }
    }
}
