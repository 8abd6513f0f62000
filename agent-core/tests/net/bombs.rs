//! Bodies that grow, never end, or cost more than they weigh.

use std::sync::Arc;
use std::time::Duration;

use agent_core::tool::web::{Limits, Network, WebConfig, WebFetch, WebFetchInput, WebRefusal};
use agent_core::tool::{Confined, Rules, Spend, Tool, ToolContext, ToolError};
use tokio_util::sync::CancellationToken;

use super::site::{Names, Reply, Site, reader, reader_of};

/// What a body may cost.
const CAP: usize = 5 * 1024 * 1024;
/// What a bomb unpacks to.
const BOMB: usize = 4 * 1024 * 1024 * 1024;

/// Packs bits as deflate does, the lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn push(&mut self, bits: u32, count: usize) {
        for at in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = u8::try_from((bits >> at) & 1).unwrap();
            *self.bytes.last_mut().unwrap() |= bit << (self.used % 8);
            self.used += 1;
        }
    }
}

/// The start of a gzip stream, and a piece that can follow it any number of times: 8 copies of 258
/// bytes in 13 bytes, by the fixed codes of RFC 1951.
fn gzip() -> (Vec<u8>, Vec<u8>) {
    let mut start = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut bits = Bits::default();
    bits.push(0b011, 3); // last block, fixed codes
    bits.push(u32::from(b'a' + 0x30).reverse_bits() >> 24, 8); // the letter
    let copy = |bits: &mut Bits| {
        bits.push(0b1100_0101_u32.reverse_bits() >> 24, 8); // length 258
        bits.push(0, 5); // distance 1
    };
    // Up to a whole byte: 11 + 13 n = 0 (mod 8) first at n = 1.
    copy(&mut bits);
    assert_eq!(bits.used % 8, 0);
    start.extend(bits.bytes);
    let mut again = Bits::default();
    (0..8).for_each(|_| copy(&mut again));
    (start, again.bytes)
}

/// 256 MiB of `a` in 203 bytes of brotli, as Node's zlib packs them (quality 9, window 24).
const BROTLI: &str = "\
    cfffff7f0024c2e2b14072effff9ffff0f8004401c1680eefd3fffffff01900088c302d0bdffe7ffff3f001200715800\
    baf7fffcffff074002200e0b40f7fe9fffffff004800c46101e8defff3ffff1f000980382c00ddfb7ffeffff03200110\
    8705a07bffcfffff7f002400e2b00074effff9ffff0f8004401c1680eefd3fffffff01900088c302d0bdffe7ffff3f00\
    1200715800baf7fffcffff074002200e0b40f7fe9fffffff004800c46101e8defff3ffff1f000980382c00ddfbfffcff\
    ff072001108705a07bff0f\
    ";

fn brotli_bomb() -> Vec<u8> {
    let octet = |at: usize| u8::from_str_radix(&BROTLI[at..at + 2], 16).unwrap();
    (0..BROTLI.len()).step_by(2).map(octet).collect()
}

/// The most memory this process ever used, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

#[tokio::test]
async fn a_gzip_bomb_is_cut_at_the_cap() {
    let (start, again) = gzip();
    let copies = BOMB / (258 * 8);
    let mut bomb = start;
    bomb.extend(again.iter().copied().cycle().take(again.len() * copies));
    let weight = bomb.len();
    let site = Site::start(move |path| match path {
        "/robots.txt" => Reply::missing(),
        _ => Reply::new(200, "content-type: text/plain\r\ncontent-encoding: gzip\r\n", bomb.clone()),
    })
    .await;
    let before = peak();
    let page = reader(&site).fetch(&format!("http://public.test:{}/", site.port())).await.unwrap();
    assert!(page.truncated);
    assert!(page.markdown.bytes().all(|byte| byte == b'a') && page.markdown.len() <= CAP);
    assert_eq!(site.paths(), ["/robots.txt", "/"]);
    let served = site.served();
    assert!(served * 158 > CAP && served < weight, "{served} of {weight} bytes were taken");
    // Two copies of the packed bomb are the site's; the page would be 4 GiB.
    let grown = peak() - before - weight.min(peak() - before);
    assert!(grown < 256 * 1024 * 1024, "{grown} bytes more");
}

#[tokio::test]
async fn a_brotli_bomb_is_cut_at_the_cap() {
    let bomb = brotli_bomb();
    let weight = bomb.len();
    let site = Site::start(move |path| match path {
        "/robots.txt" => Reply::missing(),
        _ => Reply::new(200, "content-type: text/plain\r\ncontent-encoding: br\r\n", bomb.clone()),
    })
    .await;
    let before = peak();
    let page = reader(&site).fetch(&format!("http://public.test:{}/", site.port())).await.unwrap();
    assert!(page.truncated);
    assert!(page.markdown.bytes().all(|byte| byte == b'a') && page.markdown.len() <= CAP);
    assert_eq!((site.served(), weight), (203, 203), "the whole bomb was taken");
    assert!(peak() - before < 256 * 1024 * 1024);
}

#[tokio::test]
async fn a_body_without_end_is_cut_at_the_cap() {
    let site = Site::start(|path| match path {
        "/robots.txt" => Reply::missing(),
        _ => Reply::new(200, "content-type: text/plain\r\n", "more ".repeat(1000)).endless(),
    })
    .await;
    let page = reader(&site).fetch(&format!("http://public.test:{}/", site.port())).await.unwrap();
    assert!(page.truncated && page.markdown.starts_with("more more"));
    assert!(site.served() >= CAP, "the site had more to give");
    // The other side has hung up: the site's writing ends.
    while site.cut() == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_robots_file_without_end_is_cut_and_read_as_far_as_it_goes() {
    let site = Site::start(|path| match path {
        "/robots.txt" => {
            Reply::new(200, "content-type: text/plain\r\n", "User-agent: *\nDisallow: /no\n#\n".repeat(100))
                .endless()
        }
        _ => Reply::html("<p>yes"),
    })
    .await;
    let reader = reader(&site);
    reader.fetch(&format!("http://public.test:{}/yes", site.port())).await.unwrap();
    let refused = reader.fetch(&format!("http://public.test:{}/no", site.port())).await;
    assert_eq!(refused, Err(WebRefusal::Robots));
    assert!(site.served() >= 500 * 1024);
}

#[tokio::test]
async fn a_page_that_never_comes_ends_the_call() {
    let site = Site::start(|path| match path {
        "/robots.txt" => Reply::missing(),
        _ => Reply::html("").silent(),
    })
    .await;
    let mut limits = Limits::default();
    limits.total = Duration::from_millis(500);
    let names = Names::of(&[("public.test", &[&["127.0.0.1"]])]);
    let reader = reader_of(&site, "hosts = [\"public.test\"]", names, limits);
    // On a busy machine the time may be over before the page is asked for.
    while !site.paths().contains(&"/page".to_owned()) {
        let refused = reader.fetch(&format!("http://public.test:{}/page", site.port())).await;
        assert!(matches!(refused, Err(WebRefusal::TimedOut | WebRefusal::Robots)), "{refused:?}");
    }
}

#[tokio::test]
async fn html_made_to_break_a_parser_becomes_text() {
    let shapes: [(&str, String); 8] = [
        ("deep", "<div>".repeat(100_000)),
        ("deep lists", "<ul><li>".repeat(50_000)),
        ("deep and closed", "<b>".repeat(60_000) + &"</b>".repeat(60_000)),
        (
            "formatting over paragraphs",
            (0..200).map(|n| format!("<font size={n}><b id={n}>")).collect::<String>()
                + &"<p>x".repeat(50_000),
        ),
        ("tables in tables", "<table><tr><td>".repeat(30_000)),
        ("foster parents", format!("<table>{}", "<b>x<table>".repeat(30_000))),
        ("attributes", format!("<a {}>x", "a=b ".repeat(100_000))),
        ("open quotes", "<a href=\"<b>".repeat(30_000)),
    ];
    for (name, shape) in shapes {
        let body = format!("<title>t</title><p>before</p>{shape}<p>after");
        let site = Site::start(move |path| match path {
            "/robots.txt" => Reply::missing(),
            _ => Reply::html(body.clone()),
        })
        .await;
        let names = Names::of(&[("public.test", &[&["127.0.0.1"]])]);
        let reader = reader_of(&site, "hosts = [\"public.test\"]", names, Limits::default());
        let page = reader.fetch(&format!("http://public.test:{}/", site.port())).await;
        let page = page.unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(page.title.as_deref(), Some("t"), "{name}");
        assert!(page.markdown.contains("before"), "{name}");
    }
}

#[tokio::test]
async fn what_a_session_may_fetch_is_counted_while_it_arrives() {
    let site = Site::start(|path| match path {
        "/robots.txt" => Reply::missing(),
        "/small" => Reply::new(200, "content-type: text/plain\r\n", "x".repeat(40_000)),
        _ => Reply::new(200, "content-type: text/plain\r\n", "more ".repeat(1000)).endless(),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let confined = Confined::open(folder.path(), Rules::new()).unwrap();
    let mut cx = ToolContext::new(confined, CancellationToken::new());
    cx.spend = Arc::new(Spend::limited(None, Some(100_000)));
    let names = Names::of(&[("public.test", &[&["127.0.0.1"]])]);
    let network = Network::testing(names, site.address, Limits::default());
    let config = WebConfig::from_toml(&toml::toml! { hosts = ["public.test"] }.into()).unwrap();
    let fetch = WebFetch::over(&config, network);
    let at = |path: &str| WebFetchInput::new(format!("http://public.test:{}{path}", site.port()));
    fetch.run(at("/small"), cx.clone()).await.unwrap();
    assert_eq!(cx.spend.spent().fetched_bytes, 40_000);
    let refused = fetch.run(at("/endless"), cx.clone()).await;
    assert!(matches!(refused, Err(ToolError::OverBudget { limit: 100_000, .. })), "{refused:?}");
    assert!(cx.spend.spent().fetched_bytes < CAP as u64, "it was not read to the cap");
    let refused = fetch.run(at("/small"), cx).await;
    assert!(matches!(refused, Err(ToolError::OverBudget { .. })), "{refused:?}");
}
