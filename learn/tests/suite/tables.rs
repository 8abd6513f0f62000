use learn::{Kind, LearnError, Splits, Table, Trend};

#[test]
fn text_reads_as_numbers_where_all_of_it_does_and_blanks_are_missing() {
    let header = ["charges", "plan"].map(str::to_owned);
    let rows = [["29.85", "pro"], [" ", ""], ["0", "free"]].map(|row| row.map(str::to_owned).to_vec());
    let table = Table::from_text(&header, &rows).unwrap();
    let charges = table.column("charges").unwrap();
    assert_eq!(charges.kind, Kind::Number);
    assert_eq!((charges.values[0], charges.values[2]), (29.85, 0.0));
    assert!(charges.values[1].is_nan());
    let plan = table.column("plan").unwrap();
    assert_eq!(plan.kind, Kind::Category { levels: vec!["free".to_owned(), "pro".to_owned()] });
    assert!(plan.values[1].is_nan());
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let infinite = Table::new(2).with_number("mrr", vec![1.0, f64::INFINITY]);
    assert_eq!(infinite, Err(LearnError::Infinite { column: "mrr".to_owned(), row: 1 }));
    let short = Table::new(2).with_number("mrr", vec![1.0]).unwrap_err();
    assert_eq!(short.to_string(), "values of column mrr: 1 given, 2 expected");
    let table = Table::new(1).with_category("plan", &[None]).unwrap();
    assert_eq!(table.clone().with_number("plan", vec![1.0]), Err(LearnError::Twice("plan".to_owned())));
    assert!(table.with_trend("plan", Trend::Rising).is_err());
}

#[test]
fn no_subject_is_on_both_sides_of_a_split() {
    let labels: Vec<bool> = (0..90).map(|row| row % 9 == 0).collect();
    let groups: Vec<u64> = (0..90).map(|row| row / 3).collect();
    let splits = Splits::grouped(&labels, &groups, 5, 1).unwrap();
    assert_eq!(splits.iter().map(|split| split.held_out.len()).sum::<usize>(), 90);
    for split in splits.iter() {
        assert!(split.held_out.iter().any(|row| labels[*row]));
        assert!(
            split.held_out.iter().all(|row| split.train.iter().all(|other| groups[*other] != groups[*row]))
        );
    }
}

#[test]
fn in_time_order_only_the_past_is_learnt_from() {
    let periods: Vec<i64> = (0..80).map(|row| i64::from(row / 20) * 100).collect();
    let labels: Vec<bool> = (0..80).map(|row| row % 5 == 0).collect();
    let splits = Splits::forward(&labels, &periods, 2).unwrap();
    let held: Vec<(usize, usize)> =
        splits.iter().map(|split| (split.train.len(), split.held_out[0])).collect();
    assert_eq!(held, [(40, 40), (60, 60)]);
    assert!(Splits::forward(&labels, &[0; 80], 1).is_err());
}
