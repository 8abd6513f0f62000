//! Subscriptions of one account: trials, terms, renewals, expansion, contraction, leaving, coming back.
//!
//! Decisions fall monthly for contracts that roll from month to month, and before the opt-out day for contracts of a term.

use chrono::NaiveDate;

use super::behaviour as b;
use super::calendar::{add_days, add_months};
use super::latent::Latent;
use super::math::whole;
use super::profile::Profile;
use super::random::Random;

/// Days before a renewal at which its deal is opened: earlier than any decision can fall.
const RENEWAL_DEAL_DAYS: i64 = 120;

/// Terms while they stay the same, in force in [start, end).
#[derive(Clone)]
pub(super) struct Version {
    pub(super) subscription: usize,
    pub(super) plan: usize,
    pub(super) seats: i64,
    /// Price per seat and month after discounts, minor units.
    pub(super) unit_minor: i64,
    pub(super) billing_months: u32,
    pub(super) start: NaiveDate,
    pub(super) end: Option<NaiveDate>,
    pub(super) renewal: Option<NaiveDate>,
    pub(super) notice_days: Option<i64>,
    pub(super) auto_renew: bool,
    pub(super) cancelled_on: Option<NaiveDate>,
    pub(super) trial: bool,
}

impl Version {
    /// Monthly recurring value, minor units; nothing for a trial.
    pub(super) fn mrr_minor(&self) -> i64 {
        if self.trial { 0 } else { self.seats * self.unit_minor }
    }

    /// In force on the day.
    pub(super) fn covers(&self, day: NaiveDate) -> bool {
        self.start <= day && self.end.is_none_or(|end| end > day)
    }
}

/// Why a customer left, as the simulation knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    ProductFit,
    Adoption,
    Support,
    ChampionLeft,
    Budget,
    Payment,
}

impl Cause {
    /// The reason as a churn record states it.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::ProductFit => "product fit",
            Self::Adoption => "low adoption",
            Self::Support => "support experience",
            Self::ChampionLeft => "champion left",
            Self::Budget => "budget",
            Self::Payment => "payment failure",
        }
    }
}

/// A loss.
pub(super) struct Loss {
    pub(super) decided_on: NaiveDate,
    pub(super) effective_on: NaiveDate,
    pub(super) cause: Cause,
}

/// A decision with the chance it was taken under: part of the truth, never of the data.
pub(super) struct Decision {
    pub(super) on: NaiveDate,
    pub(super) kind: &'static str,
    pub(super) leave_chance: f64,
    pub(super) left: bool,
}

/// A deal in the CRM.
pub(super) struct Deal {
    pub(super) kind: &'static str,
    pub(super) created_on: NaiveDate,
    pub(super) close_on: NaiveDate,
    /// When it was expected to close while it was open.
    pub(super) expected_on: NaiveDate,
    pub(super) amount_minor: i64,
    /// None while open.
    pub(super) won: Option<bool>,
}

/// All contracts of one account.
#[derive(Default)]
pub(super) struct Contracts {
    pub(super) versions: Vec<Version>,
    pub(super) losses: Vec<Loss>,
    pub(super) returns: Vec<NaiveDate>,
    pub(super) decisions: Vec<Decision>,
    pub(super) deals: Vec<Deal>,
}

impl Contracts {
    /// The version in force on the day, trials too.
    pub(super) fn at(&self, day: NaiveDate) -> Option<&Version> {
        self.versions.iter().find(|version| version.covers(day))
    }

    /// The first day of a paid subscription.
    pub(super) fn first_paid(&self) -> Option<NaiveDate> {
        self.versions.iter().find(|version| !version.trial).map(|version| version.start)
    }

    /// A paid subscription is in force on the day.
    pub(super) fn paid(&self, day: NaiveDate) -> bool {
        self.at(day).is_some_and(|version| !version.trial)
    }
}

/// Draws the contracts of a customer up to the as-of date.
pub(super) fn draw(random: &mut Random, profile: &Profile, latent: &Latent, as_of: NaiveDate) -> Contracts {
    let mut contracts = Contracts::default();
    let mut start = profile.signed_on;
    let segment = profile.segment;
    let mut first = first_version(random, profile, start);
    if random.chance(segment.trial) {
        let end = add_days(start, random.pick(&b::TRIAL_DAYS));
        let trial = Version {
            plan: first.plan,
            seats: first.seats.min(5),
            billing_months: 1,
            renewal: Some(end),
            notice_days: None,
            auto_renew: false,
            trial: true,
            ..first.clone()
        };
        contracts.versions.push(trial);
        if end > as_of {
            return contracts;
        }
        contracts.versions[0].end = Some(end);
        if !random.chance(b::converts(latent.experience(end))) {
            return contracts;
        }
        start = end;
    } else {
        start = add_days(start, random.range(0, segment.sales_days));
    }
    loop {
        if start > as_of {
            return contracts;
        }
        first.start = start;
        let Some(loss) = (Life { random, profile, latent, as_of, contracts: &mut contracts }).run(first)
        else {
            return contracts;
        };
        let Some(again) = comes_back(random, &loss, as_of) else {
            contracts.losses.push(loss);
            return contracts;
        };
        contracts.losses.push(loss);
        contracts.returns.push(again);
        start = again;
        first = first_version(random, profile, again);
        first.subscription = contracts.versions.last().map_or(0, |version| version.subscription + 1);
    }
}

fn first_version(random: &mut Random, profile: &Profile, start: NaiveDate) -> Version {
    let segment = profile.segment;
    let plan = random.weighted(&segment.plans);
    let term = random.chance(segment.term);
    let discount = random.pick(segment.discounts) + if term { b::TERM_DISCOUNT } else { 0 };
    let seats = whole(random.log_normal(segment.seats, b::SEATS_SIGMA)).clamp(1, profile.employees);
    let quarterly = term && random.chance(0.15);
    Version {
        subscription: 0,
        plan,
        seats,
        unit_minor: (b::PLANS[plan].1 * (100 - discount) + 50) / 100,
        billing_months: if !term {
            1
        } else if quarterly {
            3
        } else {
            12
        },
        start,
        end: None,
        renewal: None,
        notice_days: term.then(|| random.pick(segment.notice_days)),
        auto_renew: !term || random.chance(b::AUTO_RENEW),
        cancelled_on: None,
        trial: false,
    }
}

fn comes_back(random: &mut Random, loss: &Loss, as_of: NaiveDate) -> Option<NaiveDate> {
    if matches!(loss.cause, Cause::ProductFit | Cause::Support | Cause::Adoption) {
        return None;
    }
    let mut month = add_months(loss.effective_on, 1);
    while month <= as_of {
        if random.chance(b::COMES_BACK) {
            return Some(month);
        }
        month = add_months(month, 1);
    }
    None
}

/// One subscription from its paid start to its end or the as-of date.
struct Life<'a> {
    random: &'a mut Random,
    profile: &'a Profile,
    latent: &'a Latent,
    as_of: NaiveDate,
    contracts: &'a mut Contracts,
}

impl Life<'_> {
    fn run(mut self, mut now: Version) -> Option<Loss> {
        let start = now.start;
        let term = now.notice_days.is_some();
        let mut renewal = 0;
        let mut decision = None;
        let mut talk: Option<(NaiveDate, NaiveDate, bool)> = None;
        if term {
            (renewal, decision) = self.next_term(&mut now, start, renewal);
        }
        for month in 0.. {
            let tick = add_months(start, month);
            let next = add_months(start, month + 1);
            if tick > self.as_of {
                break;
            }
            if month > 0 && now.renewal == Some(tick) {
                self.close_renewal_deal(tick, tick, true, now.mrr_minor() * 12);
                self.renew(&mut now, tick);
                (renewal, decision) = self.next_term(&mut now, start, renewal);
            } else if month > 0 && !term {
                if let Some(cause) = self.leaves(tick, "month") {
                    self.drop_talk(talk, tick, &now);
                    return Some(self.end(now, tick, next, cause));
                }
                let shrinks = b::shrinks_in_month(self.latent.experience(tick));
                if self.random.chance(shrinks) {
                    self.change_seats(&mut now, tick, -1);
                }
            }
            if let Some(on) = decision
                && on < next
                && on <= self.as_of
            {
                decision = None;
                if let Some(cause) = self.leaves(on, "renewal") {
                    let end = now.renewal.unwrap_or(next);
                    self.close_renewal_deal(end, on, false, now.mrr_minor() * 12);
                    self.drop_talk(talk, on, &now);
                    return Some(self.end(now, on, end, cause));
                }
            }
            if let Some((created, closes, wins)) = talk
                && closes < next
                && closes <= self.as_of
            {
                talk = None;
                let before = now.mrr_minor();
                let (seats, plan, unit) = (now.seats, now.plan, now.unit_minor);
                if wins {
                    self.expand(&mut now, closes);
                } else {
                    now.seats += step(self.random, now.seats);
                }
                let amount = (now.mrr_minor() - before) * 12;
                if !wins {
                    (now.seats, now.plan, now.unit_minor) = (seats, plan, unit);
                }
                self.deal("expansion", created, (closes, closes), amount, Some(wins));
            }
            let experience = self.latent.experience(tick);
            if talk.is_none() && month > 1 && self.random.chance(b::talks_expansion(experience)) {
                // The window before the next anniversary day keeps a change of terms off renewal days.
                let created = add_days(tick, self.random.range(1, 20));
                let closes = add_days(
                    add_months(start, month + self.random.range(1, 2) as u32),
                    self.random.range(1, 24),
                );
                if created <= self.as_of {
                    talk = Some((created, closes, self.random.chance(b::wins_expansion(experience))));
                }
            }
        }
        if let Some((created, closes, _)) = talk {
            let amount = step(self.random, now.seats) * now.unit_minor * 12;
            self.deal("expansion", created, (closes, closes), amount, None);
        }
        if let Some(renews) = now.renewal
            && add_days(renews, -RENEWAL_DEAL_DAYS) <= self.as_of
        {
            let created = add_days(renews, -RENEWAL_DEAL_DAYS);
            self.deal("renewal", created, (renews, renews), now.mrr_minor() * 12, None);
        }
        self.contracts.versions.push(now);
        None
    }

    /// Sets the day the new term ends and draws the day its decision falls.
    fn next_term(&mut self, now: &mut Version, start: NaiveDate, renewals: u32) -> (u32, Option<NaiveDate>) {
        let renews = add_months(start, (renewals + 1) * b::TERM_MONTHS);
        now.renewal = Some(renews);
        let opt_out = add_days(renews, -now.notice_days.unwrap_or(0));
        (renewals + 1, Some(add_days(opt_out, -self.random.range(0, 14))))
    }

    fn leaves(&mut self, on: NaiveDate, kind: &'static str) -> Option<Cause> {
        let segment = self.profile.segment;
        let moment = self.latent.at(on);
        let chance = match kind {
            "month" => b::leaves_month(segment, moment.experience),
            _ => b::leaves_term(segment, moment.experience),
        };
        let left = self.random.chance(chance);
        let unpaid = kind == "month" && self.random.chance(b::PAYMENT_LOSS);
        self.contracts.decisions.push(Decision { on, kind, leave_chance: chance, left: left || unpaid });
        if left {
            let missing = |points: f64| (-points).max(0.0);
            let weights = [
                missing(b::FIT_POINTS * moment.fit),
                missing(b::SKILL_POINTS * moment.skill),
                missing(b::LUCK_POINTS * moment.luck),
                if moment.champion { 0.0 } else { missing(b::NO_CHAMPION_POINTS) },
                b::BUDGET_WEIGHT,
            ];
            let causes =
                [Cause::ProductFit, Cause::Adoption, Cause::Support, Cause::ChampionLeft, Cause::Budget];
            return Some(causes[self.random.weighted(&weights)]);
        }
        unpaid.then_some(Cause::Payment)
    }

    fn end(&mut self, mut now: Version, on: NaiveDate, end: NaiveDate, cause: Cause) -> Loss {
        now.cancelled_on = Some(on);
        now.end = Some(end);
        self.contracts.versions.push(now);
        Loss { decided_on: on, effective_on: end, cause }
    }

    fn renew(&mut self, now: &mut Version, on: NaiveDate) {
        let experience = self.latent.experience(on);
        self.next_version(now, on);
        let shrinks = self.random.chance(b::shrinks_at_renewal(experience));
        if shrinks && now.seats > 2 {
            now.seats -= step(self.random, now.seats);
        } else if experience >= 50 {
            let uplift = self.random.pick(&b::UPLIFTS);
            now.unit_minor = (now.unit_minor * (100 + uplift) + 50) / 100;
        }
    }

    fn change_seats(&mut self, now: &mut Version, on: NaiveDate, sign: i64) {
        let change = step(self.random, now.seats) * sign;
        if now.seats + change >= 1 {
            self.next_version(now, on);
            now.seats += change;
        }
    }

    fn expand(&mut self, now: &mut Version, on: NaiveDate) {
        if now.plan + 1 < b::PLANS.len() && self.random.chance(b::UPGRADES) {
            self.next_version(now, on);
            let (from, to) = (b::PLANS[now.plan].1, b::PLANS[now.plan + 1].1);
            now.unit_minor = (now.unit_minor * to + from / 2) / from;
            now.plan += 1;
        } else {
            self.change_seats(now, on, 1);
        }
    }

    /// Closes the version in force and opens one with the same terms on the day.
    fn next_version(&mut self, now: &mut Version, on: NaiveDate) {
        let mut old = now.clone();
        old.end = Some(on);
        self.contracts.versions.push(old);
        now.start = on;
    }

    fn close_renewal_deal(&mut self, renews: NaiveDate, on: NaiveDate, won: bool, amount_minor: i64) {
        self.deal("renewal", add_days(renews, -RENEWAL_DEAL_DAYS), (on, renews), amount_minor, Some(won));
    }

    /// A talk about more ends when the customer decides to leave.
    fn drop_talk(&mut self, talk: Option<(NaiveDate, NaiveDate, bool)>, on: NaiveDate, now: &Version) {
        if let Some((created, expected, _)) = talk {
            let amount = step(self.random, now.seats) * now.unit_minor * 12;
            self.deal("expansion", created, (on, expected), amount, Some(false));
        }
    }

    fn deal(
        &mut self,
        kind: &'static str,
        created_on: NaiveDate,
        (close_on, expected_on): (NaiveDate, NaiveDate),
        amount_minor: i64,
        won: Option<bool>,
    ) {
        self.contracts.deals.push(Deal { kind, created_on, close_on, expected_on, amount_minor, won });
    }
}

/// Seats in one step of growing or shrinking.
fn step(random: &mut Random, seats: i64) -> i64 {
    let percent = random.range(b::SEAT_STEP.0, b::SEAT_STEP.1);
    (seats * percent + 99) / 100
}
