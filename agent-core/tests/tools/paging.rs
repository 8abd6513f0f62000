//! Reading a file in parts.

use agent_core::tool::{Read, ReadInput, ReadOutput, sha256};
use proptest::prelude::*;

use super::harness::desk;

#[tokio::test]
async fn a_read_gives_the_lines_asked_for_and_the_hash_of_all() {
    let desk = desk();
    let text = "one\ntwo\r\nthree";
    desk.put("a.txt", text);
    let check = async |input: ReadInput, lines: &str, next: Option<usize>| {
        let read = desk.tools.run::<Read>(input).await.unwrap();
        assert_eq!((read.text.as_str(), read.next_offset), (lines, next));
        assert_eq!((read.total_lines, read.bytes), (3, 14));
        assert_eq!(read.sha256, sha256(text.as_bytes()));
    };
    check(ReadInput::new("a.txt"), text, None).await;
    check(ReadInput::new("a.txt").limit(2), "one\ntwo\r\n", Some(3)).await;
    check(ReadInput::new("a.txt").offset(2).limit(1), "two\r\n", Some(3)).await;
    check(ReadInput::new("a.txt").offset(3), "three", None).await;
    check(ReadInput::new("a.txt").offset(4), "", None).await;
}

#[tokio::test]
async fn bytes_that_are_no_text_are_flagged() {
    let desk = desk();
    std::fs::write(desk.root.join("a"), b"a\xff\n").unwrap();
    let read = desk.tools.run::<Read>(ReadInput::new("a")).await.unwrap();
    assert_eq!((read.text.as_str(), read.lossy, read.cut), ("a\u{fffd}\n", true, false));
    // One line of 300,000 bytes: cut between two characters.
    desk.put("b", &"€".repeat(100_000));
    let read = desk.tools.run::<Read>(ReadInput::new("b")).await.unwrap();
    assert_eq!((read.lossy, read.cut, read.next_offset), (false, true, None));
    assert_eq!(read.text, "€".repeat(128 * 1024 / 3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Page by page, a file comes out as it is, whatever its lines are like.
    #[test]
    fn pages_put_together_are_the_file(lengths in prop::collection::vec(0_usize..20_000, 0..20), limit in 1_usize..9) {
        let desk = desk();
        let text: String = lengths.iter().map(|length| "é".repeat(*length) + "\n").collect();
        desk.put("a.txt", &text);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut pages = String::new();
        let mut next = Some(1);
        while let Some(offset) = next {
            let input = ReadInput::new("a.txt").offset(offset).limit(limit);
            let page: ReadOutput = runtime.block_on(desk.tools.run::<Read>(input)).unwrap();
            prop_assert!(!page.lossy && !page.cut && page.text.len() <= 128 * 1024);
            prop_assert!(page.next_offset.is_none_or(|line| line > offset));
            pages += &page.text;
            next = page.next_offset;
        }
        prop_assert_eq!(pages, text);
    }
}
