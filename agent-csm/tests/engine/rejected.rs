//! Rows that import did not take: what figures say of them, and what they never become.

use protocol::Scope;

use super::world::{World, figure, value_of};

/// Three customers; a billing row of A's second term and a ticket of B could not be read.
fn company() -> World {
    World::new("2025-08-15")
        .table("accounts", "account_id,name\nA,Alpha\nB,Beta\nC,Gamma")
        .table(
            "subscriptions",
            "subscription_id,account_id,mrr_minor,currency,start_date,end_date,is_trial
             S1,A,10000,USD,2025-01-01,2025-03-01,false
             S2,B,300000,USD,2025-01-01,,false
             S3,C,400000,USD,2025-01-01,2025-03-01,false",
        )
        .rejected("subscriptions", "A", 12_000)
}

#[test]
fn a_rejected_billing_row_never_becomes_churn() {
    let engine = company().open("2025-08-15");
    // C left on 2025-03-01 with 4,000; A's 100 ended that day too, but nobody can tell what followed.
    assert_eq!(value_of(&engine, "mrr_churn"), 400_000.0);
    assert_eq!(value_of(&engine, "mrr_lapsed"), 10_000.0);
    let of = |metric: &str| value_of(&engine, metric);
    assert_eq!((of("churned_accounts"), of("accounts_lapsed"), of("accounts_managed")), (1.0, 1.0, 1.0));
}

#[test]
fn a_figure_says_what_rows_it_leaves_out_and_when_they_could_move_it() {
    let engine = company().open("2025-08-15");
    // One row of four, 25 %: it could move the figure by more than a tenth.
    assert_eq!(
        figure(&engine, "mrr").reason.as_deref(),
        Some(
            "import could not take 1 row of `subscriptions` ($120 a month), so it is not counted; that could move it \
             by more than a tenth: `csm import` names file and line"
        )
    );
    assert_eq!(engine.figure("mrr", &Scope::one("account", "B")).unwrap().reason, None);
    let whole = World::new("2025-08-15").table("accounts", "account_id,name\nA,Alpha").table(
        "subscriptions",
        "subscription_id,account_id,mrr_minor,currency,start_date,end_date,is_trial\nS1,A,10000,USD,2025-01-01,,false",
    );
    assert_eq!(figure(&whole.open("2025-08-15"), "mrr").reason, None);
}
