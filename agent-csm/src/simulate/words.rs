//! What people in this world write, chosen by what they live through.

/// Ticket subjects by category.
pub(super) const TICKETS: [(&str, &[&str]); 5] = [
    (
        "how-to",
        &[
            "How do I share a dashboard with another team?",
            "Can reports be sent on weekdays only?",
            "How to filter by region",
        ],
    ),
    (
        "bug",
        &[
            "Dashboard shows yesterday's numbers",
            "Export stops at 10,000 rows",
            "Alert fires twice",
            "Chart is empty after the update",
        ],
    ),
    (
        "data",
        &["Connector lost its credentials", "Import is slow since Monday", "Totals differ from our ledger"],
    ),
    ("account", &["Add a user", "Invoice copy needed", "Change the billing contact"]),
    ("access", &["Cannot sign in with SSO", "New colleague has no access to reports"]),
];

/// Comments of people who are glad, in the order fit, skill, support, champion.
pub(super) const GLAD: [&[&str]; 4] = [
    &[
        "It does exactly what we bought it for.",
        "The monthly close is two days shorter now.",
        "Best view of our numbers we ever had.",
    ],
    &[
        "The whole team works with it by now.",
        "After the training everybody builds their own reports.",
        "Easy once you know it.",
    ],
    &[
        "Support is quick and knows the product.",
        "Our last problem was solved within the hour.",
        "Always a helpful answer.",
    ],
    &["Our lead pushed it through and it paid off.", "Management looks at the dashboards every Monday."],
];

/// Comments of people who are not, in the same order.
pub(super) const SORRY: [&[&str]; 4] = [
    &[
        "It lacks the consolidation we need.",
        "We still keep spreadsheets for half of the work.",
        "Too slow with our data volumes.",
    ],
    &[
        "Nobody showed us how to set it up.",
        "Only two of us use it, the others gave up.",
        "Hard to learn and little guidance.",
    ],
    &[
        "Waited two days for an answer.",
        "The same bug came back three times.",
        "Support keeps asking for the same logs.",
    ],
    &[
        "The colleague who ran it left and nobody took over.",
        "No idea who is responsible for this on our side.",
    ],
];

/// Comments of people in between.
pub(super) const SO_SO: [&str; 5] = [
    "Good, but the price went up.",
    "Does its job.",
    "Fine for reports, forecasts could be better.",
    "Mostly happy, exports are slow.",
    "Useful when it works.",
];

/// What a meeting was about when things go well.
pub(super) const MEETING_GLAD: [&str; 4] = [
    "Went through usage, team is growing into forecasts. Next step: second department.",
    "Good review. Outcome agreed last quarter is reached.",
    "Short check-in, nothing open. They plan to add people after the summer.",
    "Showed alerts to the operations team, warm reception.",
];

/// What a meeting was about when they don't.
pub(super) const MEETING_SORRY: [&str; 5] = [
    "They question the value for the price. Want a proposal before the renewal.",
    "Few people sign in. Agreed on a training, no date yet.",
    "Complained about slow answers from support.",
    "New contact doesn't know the product; hand-over did not happen.",
    "They look at an alternative with better consolidation.",
];

/// What a meeting was about otherwise.
pub(super) const MEETING_SO_SO: [&str; 3] = [
    "Regular check-in, open tickets discussed.",
    "Walked through new features, no decision.",
    "Asked for usage numbers for their own report.",
];

/// Objectives: title, unit of the numbers, baseline from and to, target as percent of the baseline.
pub(super) const OBJECTIVES: [(&str, i64, i64, i64); 6] = [
    ("Shorten the monthly close (days)", 8, 14, 50),
    ("Cut hours spent on manual reports a month", 60, 200, 40),
    ("Raise forecast accuracy (percent)", 55, 70, 125),
    ("Fewer stock-outs a month", 12, 40, 60),
    ("Answer ad-hoc questions faster (hours)", 24, 72, 30),
    ("More teams working from one set of numbers", 2, 3, 300),
];

/// Steps of onboarding: name and days from the start.
pub(super) const MILESTONES: [(&str, i64); 5] = [
    ("Kick-off held", 7),
    ("First data source connected", 21),
    ("First dashboard shared", 35),
    ("Team trained", 50),
    ("First value review", 75),
];

/// Wishes: title, words, days from the start of history after which it ships, if ever.
pub(super) const WISHES: [(&str, &str, Option<i64>); 10] = [
    ("Consolidation across entities", "We need one view over all our companies.", None),
    ("Larger exports", "Exports stop at 10,000 rows, we need all of them.", Some(990)),
    ("Row-level permissions", "Regional teams must only see their region.", Some(760)),
    ("Slack alerts", "Alerts should arrive where we work.", Some(540)),
    ("Faster imports", "The nightly import should be done by six.", None),
    ("Custom calendars", "Our fiscal year starts in April.", Some(1040)),
    ("Audit trail for edits", "Who changed this number, and when?", None),
    ("Mobile app", "Managers want the dashboard on their phone.", None),
    ("Scenario planning", "Compare a good and a bad year side by side.", None),
    ("Snowflake connector", "Our warehouse is not on the list.", Some(300)),
];

/// Kinds of advocacy with weights.
pub(super) const ADVOCACY: [(&str, f64); 6] = [
    ("reference", 0.35),
    ("review", 0.30),
    ("testimonial", 0.15),
    ("case_study", 0.10),
    ("talk", 0.05),
    ("advisory_board", 0.05),
];
