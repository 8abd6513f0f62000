//! Every constant of how these companies behave, in one place.
//!
//! Chosen for plausibility before any resulting figure was looked at, and not tuned afterwards.
//! Rates of churn, adoption or satisfaction are not here: they come out.
//! `docs/simulate.md` says in words what each group does.

use super::math::logistic;

// Who signs up.
/// Share of rows that are companies we only talk to.
pub(super) const PROSPECT_SHARE: f64 = 0.05;
/// Share of rows that are our own test accounts.
pub(super) const INTERNAL_SHARE: f64 = 0.015;
/// How many more companies sign up with each month that passes, relative to ten in the first.
pub(super) const SIGNUP_GROWTH: u64 = 1;

/// Size class of a company, and how it buys.
#[derive(Debug)]
pub(super) struct Segment {
    /// Name as the CRM states it.
    pub(super) name: &'static str,
    /// Share of companies.
    pub(super) share: f64,
    /// Median of the log-normal head count.
    pub(super) employees: f64,
    /// Median of the log-normal number of seats first bought.
    pub(super) seats: f64,
    /// Share that starts with a trial.
    pub(super) trial: f64,
    /// Share on a yearly term; the others roll from month to month.
    pub(super) term: f64,
    /// Days from first contact to the contract, at most, without a trial.
    pub(super) sales_days: i64,
    /// Added to the log-odds of leaving: small companies leave more easily.
    pub(super) leave: f64,
    /// Days between two contacts by the CSM.
    pub(super) cadence: i64,
    /// Days to pay an invoice.
    pub(super) payment_days: &'static [i64],
    /// Notice periods in contracts of a term.
    pub(super) notice_days: &'static [i64],
    /// Volume discounts sales gives, percent.
    pub(super) discounts: &'static [i64],
    /// Index into [`PLANS`] of the plan first bought, with weights.
    pub(super) plans: [f64; 4],
}

/// The three segments.
pub(super) const SEGMENTS: [Segment; 3] = [
    Segment {
        name: "SMB",
        share: 0.62,
        employees: 35.0,
        seats: 6.0,
        trial: 0.45,
        term: 0.45,
        sales_days: 14,
        leave: 0.3,
        cadence: 90,
        payment_days: &[0, 0, 14],
        notice_days: &[30],
        discounts: &[0, 0, 0, 10],
        plans: [0.55, 0.40, 0.05, 0.0],
    },
    Segment {
        name: "Mid-market",
        share: 0.28,
        employees: 350.0,
        seats: 20.0,
        trial: 0.25,
        term: 0.90,
        sales_days: 45,
        leave: 0.0,
        cadence: 45,
        payment_days: &[14, 30, 30],
        notice_days: &[30, 60],
        discounts: &[0, 5, 10, 15],
        plans: [0.0, 0.55, 0.45, 0.0],
    },
    Segment {
        name: "Enterprise",
        share: 0.10,
        employees: 3000.0,
        seats: 60.0,
        trial: 0.05,
        term: 1.0,
        sales_days: 90,
        leave: -0.4,
        cadence: 28,
        payment_days: &[30, 45, 60],
        notice_days: &[60, 90],
        discounts: &[10, 15, 20, 25],
        plans: [0.0, 0.0, 0.45, 0.55],
    },
];
/// Spread of the log-normal head count and seats.
pub(super) const EMPLOYEES_SIGMA: f64 = 0.8;
/// Spread of the log-normal number of seats.
pub(super) const SEATS_SIGMA: f64 = 0.5;

/// A plan of the price list: name and list price per seat and month, minor units.
pub(super) const PLANS: [(&str, i64); 4] =
    [("Starter", 2900), ("Team", 4900), ("Business", 7900), ("Enterprise", 9900)];
/// Discount for a yearly term, percent, on top of the volume discount.
pub(super) const TERM_DISCOUNT: i64 = 10;
/// Share of contracts of a term that renew unless the customer opts out.
pub(super) const AUTO_RENEW: f64 = 0.7;
/// Price increases at a renewal, percent; not asked of customers who are unhappy.
pub(super) const UPLIFTS: [i64; 4] = [0, 0, 3, 5];
/// Lengths of trials, days.
pub(super) const TRIAL_DAYS: [i64; 2] = [14, 30];
/// Months of a term.
pub(super) const TERM_MONTHS: u32 = 12;

// The latent experience, 0 to 100, 50 being neutral.
/// Points per unit of product fit, adoption skill and support luck.
pub(super) const FIT_POINTS: f64 = 12.0;
/// See [`FIT_POINTS`].
pub(super) const SKILL_POINTS: f64 = 10.0;
/// See [`FIT_POINTS`].
pub(super) const LUCK_POINTS: f64 = 8.0;
/// Points a champion adds, and points their absence takes.
pub(super) const CHAMPION_POINTS: f64 = 4.0;
/// See [`CHAMPION_POINTS`].
pub(super) const NO_CHAMPION_POINTS: f64 = -10.0;
/// Those who sign are a little better suited than chance.
pub(super) const FIT_MEAN: f64 = 0.4;
/// Monthly drift of the fit as product and company change.
pub(super) const FIT_DRIFT: f64 = 0.08;
/// Skill on the first day.
pub(super) const SKILL_START: f64 = -0.5;
/// Skill a company settles at, mean and spread.
pub(super) const SKILL_SETTLED: (f64, f64) = (0.3, 0.8);
/// Share of the way to the settled skill gone each month.
pub(super) const SKILL_PACE: f64 = 0.25;
/// Share of one month's support luck that lasts into the next, and the size of the new part.
pub(super) const LUCK_LASTS: f64 = 0.7;
/// See [`LUCK_LASTS`].
pub(super) const LUCK_NEW: f64 = 0.5;
/// Chance a month that the champion leaves.
pub(super) const CHAMPION_LEAVES: f64 = 0.02;
/// Months until somebody takes over, from and to.
pub(super) const CHAMPION_GAP: (i64, i64) = (1, 6);

/// Log-odds per ten points of experience above neutral.
fn odds(base: f64, slope: f64, experience: i64) -> f64 {
    logistic(base + slope * (experience - 50) as f64 / 10.0)
}

/// Chance that a trial becomes a paid subscription.
pub(super) fn converts(experience: i64) -> f64 {
    odds(-0.2, 0.7, experience)
}

/// Chance that a month-to-month customer leaves at the end of a month.
pub(super) fn leaves_month(segment: &Segment, experience: i64) -> f64 {
    odds(-3.9 + segment.leave, -0.6, experience)
}

/// Chance that a customer on a term decides to leave at its end.
pub(super) fn leaves_term(segment: &Segment, experience: i64) -> f64 {
    odds(-2.0 + segment.leave, -0.75, experience)
}

/// Chance a month that a card customer is lost because payments keep failing, whatever the experience.
pub(super) const PAYMENT_LOSS: f64 = 0.0015;
/// Weight of "budget" among the causes of a loss; the others weigh their missing points.
pub(super) const BUDGET_WEIGHT: f64 = 4.0;
/// Chance a month that a lost customer comes back, unless product or support drove them away.
pub(super) const COMES_BACK: f64 = 0.012;

/// Chance that a renewing customer renews for fewer seats.
pub(super) fn shrinks_at_renewal(experience: i64) -> f64 {
    odds(-1.9, -0.6, experience)
}

/// Chance a month that a month-to-month customer drops seats.
pub(super) fn shrinks_in_month(experience: i64) -> f64 {
    odds(-4.6, -0.5, experience)
}

/// Chance a month that an expansion is talked about.
pub(super) fn talks_expansion(experience: i64) -> f64 {
    odds(-3.6, 0.7, experience)
}

/// Chance that the talk ends in an expansion.
pub(super) fn wins_expansion(experience: i64) -> f64 {
    odds(0.0, 0.5, experience)
}

/// Share of seats added or dropped, percent, from and to.
pub(super) const SEAT_STEP: (i64, i64) = (10, 35);
/// Share of expansions that are a higher plan instead of more seats.
pub(super) const UPGRADES: f64 = 0.15;

/// Share of the seats that are handed to a person.
pub(super) fn assigned_share(experience: i64, months: i64) -> f64 {
    let ramp = (0.4 + 0.15 * months as f64).min(1.0);
    ramp * (0.60 + 0.38 * odds(0.0, 0.7, experience))
}

/// Chance that a person uses the product in a week, before their own habit.
pub(super) fn uses_in_week(experience: i64) -> f64 {
    0.10 + 0.75 * odds(0.57, 0.7, experience)
}

/// Chance a month that a person with a seat leaves their company.
pub(super) const PERSON_LEAVES: f64 = 0.012;

/// A feature: name, title, lowest plan entitled to it, core, weekly use by those who know it.
pub(super) struct Feature {
    /// Name usage carries.
    pub(super) name: &'static str,
    /// Name people use.
    pub(super) title: &'static str,
    /// Index into [`PLANS`] of the lowest plan entitled.
    pub(super) plan: usize,
    /// Part of what the product is bought for.
    pub(super) core: bool,
    /// Chance that someone who knows it uses it in a week they are active.
    pub(super) weekly: f64,
}

/// The product's features.
pub(super) const FEATURES: [Feature; 8] = [
    Feature { name: "alerts", title: "Alerts", plan: 0, core: true, weekly: 0.25 },
    Feature { name: "api", title: "API access", plan: 2, core: false, weekly: 0.20 },
    Feature { name: "audit", title: "Audit log", plan: 3, core: false, weekly: 0.10 },
    Feature { name: "connectors", title: "Data connectors", plan: 0, core: false, weekly: 0.12 },
    Feature { name: "dashboards", title: "Dashboards", plan: 0, core: true, weekly: 0.80 },
    Feature { name: "forecasts", title: "Forecasts", plan: 2, core: true, weekly: 0.25 },
    Feature { name: "reports", title: "Scheduled reports", plan: 0, core: true, weekly: 0.40 },
    Feature { name: "sharing", title: "Sharing", plan: 1, core: false, weekly: 0.20 },
];
/// Index of the feature everybody knows.
pub(super) const FIRST_FEATURE: usize = 4;

/// Chance that a person knows a feature, given the company's skill when they joined.
pub(super) fn knows_feature(skill: f64) -> f64 {
    (0.40 + 0.15 * skill).clamp(0.05, 0.95)
}

// Support.
/// Minute of the day support starts and ends, UTC, on weekdays.
pub(super) const OFFICE_OPENS: i64 = 8 * 60;
/// See [`OFFICE_OPENS`].
pub(super) const OFFICE_CLOSES: i64 = 18 * 60;

/// Tickets a month.
pub(super) fn tickets_in_month(seats: i64, months: i64, luck: f64) -> f64 {
    let new = if months < 3 { 1.6 } else { 1.0 };
    new * (0.20 + 0.02 * seats as f64) * (1.0 - 0.3 * luck).clamp(0.4, 2.5)
}

/// Priority: name, share, factor on the minutes to the first reply.
pub(super) const PRIORITIES: [(&str, f64, f64); 4] =
    [("urgent", 0.05, 0.4), ("high", 0.20, 0.7), ("normal", 0.60, 1.0), ("low", 0.15, 1.6)];
/// Median office minutes to the first reply, and the spread of its logarithm.
pub(super) const FIRST_REPLY: (f64, f64) = (50.0, 0.8);
/// Median office minutes from the first reply to the solution, and the spread of its logarithm.
pub(super) const SOLUTION: (f64, f64) = (400.0, 1.0);
/// How strongly bad luck stretches both: log-minutes per unit.
pub(super) const LUCK_STRETCH: f64 = 0.35;
/// Share of solved tickets answered with a CSAT score, and with a CES score.
pub(super) const CSAT_ANSWERS: f64 = 0.25;
/// See [`CSAT_ANSWERS`].
pub(super) const CES_ANSWERS: f64 = 0.06;

// Surveys.
/// One of this many people is asked for NPS each quarter, in turn.
pub(super) const NPS_TURN: u64 = 4;
/// Share of those asked who answer.
pub(super) const NPS_ANSWERS: f64 = 0.30;
/// Share of answers with a comment.
pub(super) const COMMENTS: f64 = 0.45;
/// NPS score: points per ten points of experience, offset, spread.
pub(super) const NPS_SCORE: (f64, f64, f64) = (0.9, 2.6, 1.5);

// Money.
/// Chance that a card payment fails at first.
pub(super) const CARD_FAILS: f64 = 0.04;
/// Chance that an invoice is never paid.
pub(super) const NEVER_PAID: f64 = 0.003;
/// Days before or after the due date an invoice is paid, mean and spread, and days more for unhappy customers.
pub(super) const PAID_AFTER_DUE: (f64, f64, f64) = (-2.0, 6.0, 8.0);

// Relationship.
/// Share of planned contacts that take place with a champion, and without.
pub(super) const CONTACT_HELD: (f64, f64) = (0.85, 0.45);
/// Chance a month that a happy customer (experience above [`ADVOCATE_FROM`]) is asked to speak for us.
pub(super) const ADVOCACY_ASKED: f64 = 0.06;
/// Share of those asked who do it.
pub(super) const ADVOCACY_DONE: f64 = 0.6;
/// Experience from which a customer is asked.
pub(super) const ADVOCATE_FROM: i64 = 70;
/// Feature wishes a month from an account in contact with us.
pub(super) const WISHES: f64 = 0.12;
/// Share of accounts whose CSM keeps call notes.
pub(super) const NOTES_KEPT: f64 = 0.4;
/// Accounts one CSM looks after.
pub(super) const BOOK: u64 = 40;
/// The CSM's own rating: points of optimism, spread, and share of accounts rated.
pub(super) const RATING: (f64, f64, f64) = (5.0, 10.0, 0.85);
