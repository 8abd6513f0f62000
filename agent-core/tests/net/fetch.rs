//! What `WebFetch` makes of a page.

use std::sync::Arc;

use agent_core::definition::AgentDefinition;
use agent_core::tool::web::{Limits, WebConfig, WebFetch, WebFetchInput, WebRefusal, web_tools};
use agent_core::tool::{Access, Confined, Registry, Rules, ToolError, Toolbox, sha256};
use tokio_util::sync::CancellationToken;

use super::site::{Names, Reply, Site, reader, reader_of};

async fn site_of(status: u16, headers: &'static str, body: impl Into<Vec<u8>>) -> Site {
    let body = body.into();
    Site::start(move |path| match path {
        "/robots.txt" => Reply::missing(),
        _ => Reply::new(status, headers, body.clone()),
    })
    .await
}

const HTML: &str = "content-type: text/html; charset=utf-8\r\n";

#[tokio::test]
async fn an_article_becomes_markdown_without_what_stands_around_it() {
    let long = "Acme Corp opens an office in Lisbon and moves forty people there. ".repeat(12);
    let page = format!(
        "<html><head><title>Acme moves | News</title><style>p{{}}</style></head><body>\
         <nav><ul><li><a href=/a>Home</a><li><a href=/b>About</a></ul></nav>\
         <article><h1>Acme moves</h1><p>{long}<p>{long}<p>See <a href=\"/more?a=1&amp;b=2\">more</a> &amp; <b>act</b>.\
         <ul><li>one<li>two</ul><table><tr><th>Year<th>Staff<tr><td>2024<td>40</table></article>\
         <script>document.write('<p>no')</script><footer>© Acme</footer></body></html>"
    );
    let site = site_of(200, HTML, page.clone()).await;
    let url = format!("http://public.test:{}/x", site.port());
    let found = reader(&site).fetch(&url).await.unwrap();
    assert_eq!((found.status, found.truncated), (200, false));
    assert_eq!((found.url.as_str(), found.final_url.as_str()), (url.as_str(), url.as_str()));
    assert!(found.title.unwrap().starts_with("Acme moves"));
    assert_eq!(found.sha256, sha256(page.as_bytes()));
    let text = found.markdown;
    let more = format!("[more](http://public.test:{}/more?a=1&b=2) & **act**", site.port());
    for part in ["moves forty people there", more.as_str(), "*   one\n*   two", "| 2024 | 40"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    for part in ["document.write", "p{}", "Home"] {
        assert!(!text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn text_is_read_in_the_encoding_it_names() {
    let meta = b"<meta charset=\"windows-1252\"><p>caf\xe9".to_vec();
    let utf16: Vec<u8> = "\u{feff}caf\u{e9}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, Vec<u8>); 5] = [
        ("content-type: text/plain; charset=iso-8859-1\r\n", b"caf\xe9".to_vec()),
        ("content-type: text/html\r\n", meta),
        ("content-type: text/plain\r\n", utf16),
        ("content-type: application/xhtml+xml\r\n", "<p>café</p>".into()),
        ("content-type: TEXT/Markdown\r\n", "café".into()),
    ];
    for (headers, body) in cases {
        let site = site_of(200, headers, body).await;
        let found = reader(&site).fetch(&format!("http://public.test:{}/", site.port())).await.unwrap();
        assert_eq!(found.markdown, "café", "{headers}");
    }
}

#[tokio::test]
async fn only_text_is_read() {
    for (headers, reason) in [
        ("content-type: application/pdf\r\n", WebRefusal::ContentType("application/pdf".into())),
        ("content-type: image/svg+xml\r\n", WebRefusal::ContentType("image/svg+xml".into())),
        ("", WebRefusal::ContentType(String::new())),
        ("content-type: text/plain\r\n", WebRefusal::Binary),
    ] {
        let site = site_of(200, headers, "a\0b").await;
        let found = reader(&site).fetch(&format!("http://public.test:{}/", site.port())).await;
        assert_eq!(found, Err(reason), "{headers}");
    }
}

#[tokio::test]
async fn what_would_steer_a_terminal_is_left_out() {
    let site = site_of(200, "content-type: text/plain\r\n", "a\u{1b}[31mb\r\n\u{9b}c\td").await;
    let found = reader(&site).fetch(&format!("http://public.test:{}/", site.port())).await.unwrap();
    assert_eq!(found.markdown, "a[31mb\nc\td");
}

#[tokio::test]
async fn an_error_page_gives_its_status_and_no_text() {
    let site = site_of(503, HTML, "<p>try later").await;
    let found = reader(&site).fetch(&format!("http://public.test:{}/", site.port())).await.unwrap();
    assert_eq!((found.status, found.markdown.as_str()), (503, ""));
}

#[tokio::test]
async fn redirects_are_followed_among_listed_hosts() {
    let site = Site::start(|path| match path {
        "/robots.txt" => Reply::missing(),
        "/1" => Reply::redirect("/2"),
        "/2" => Reply::redirect("../3?x#y"),
        _ => Reply::html("<p>there"),
    })
    .await;
    let found = reader(&site).fetch(&format!("http://public.test:{}/1", site.port())).await.unwrap();
    assert_eq!(found.final_url, format!("http://public.test:{}/3?x#y", site.port()));
    assert_eq!(site.paths(), ["/robots.txt", "/1", "/2", "/3?x"]);
    assert!(site.requests().iter().all(|request| request.contains("user-agent: csm/")));
    assert!(!site.requests().iter().any(|request| request.to_lowercase().contains("referer")));
}

#[tokio::test]
async fn a_page_over_the_cap_is_cut_and_says_so() {
    let site = site_of(200, "content-type: text/plain\r\n", "é".repeat(300_000)).await;
    let found = reader(&site).fetch(&format!("http://public.test:{}/", site.port())).await.unwrap();
    assert!(found.truncated && found.markdown.chars().all(|c| c == 'é'));
    assert_eq!(found.markdown.len(), 384 * 1024);
}

#[tokio::test]
async fn a_cancelled_session_lets_go_of_a_page_under_way() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let names = Names::of(&[("public.test", &[&["127.0.0.1"]])]);
    let network = agent_core::tool::web::Network::testing(names.clone(), address, Limits::default());
    let reader = super::site::reader_over(network, "hosts = [\"public.test\"]", names, None);
    let cancel = CancellationToken::new();
    let tools = reader.tools.with_cancel(cancel.clone());
    let url = format!("http://public.test:{}/", address.port());
    let fetch = tools.run::<WebFetch>(WebFetchInput::new(url));
    let interrupt = async {
        let held = silent.accept().await.unwrap();
        cancel.cancel();
        held
    };
    let (fetched, _held) = tokio::join!(fetch, interrupt);
    assert!(matches!(fetched, Err(ToolError::Stopped)), "{fetched:?}");
}

#[tokio::test]
async fn without_configuration_the_tools_refuse_and_say_what_to_do() {
    let registry = Arc::new(Registry::new(web_tools(&WebConfig::default())).unwrap());
    assert_eq!(registry.names().collect::<Vec<_>>(), ["WebFetch", "WebSearch"]);
    assert_eq!(registry.info("WebFetch").unwrap().access, Access::Network);
    let folder = tempfile::tempdir().unwrap();
    let toolbox = |grants: &str| {
        let text = format!("---\nname: a\ndescription: b\ntools: {grants}\n---\n");
        let (definition, _) = AgentDefinition::parse(&text, "agent.md").unwrap();
        let confined = Confined::open(folder.path(), Rules::new()).unwrap();
        Toolbox::new(Arc::clone(&registry), &definition, confined).0
    };
    let calls = [
        ("WebFetch", serde_json::json!({ "url": "https://example.com/" })),
        ("WebSearch", serde_json::json!({ "query": "acme" })),
    ];
    for (tool, input) in calls {
        let refused = toolbox("WebFetch, WebSearch").call(tool, input.clone()).await.unwrap_err();
        assert!(refused.hint().unwrap().contains("[web]"), "{refused}");
        // Granted by the definition only.
        let denied = toolbox("Read").call(tool, input).await.unwrap_err();
        assert!(matches!(denied, ToolError::Denied { .. }), "{denied}");
    }
}

#[tokio::test]
async fn a_configuration_that_cannot_be_meant_is_named() {
    for (text, key) in [
        ("hosts = [\"https://x.com\"]", "hosts"),
        ("hosts = [\"*.com\"]", "hosts"),
        ("pages = [\"x.com/a\"]", "pages"),
        ("pages = [\"https://me:pw@x.com/\"]", "pages"),
        ("proxy = \"proxy:3128\"", "proxy"),
        ("hots = []", ""),
        ("search = { provider = \"brave\" }", "search"),
        ("search = { provider = \"brave\", key = \"abc\" }", ""),
        ("search = { url = \"searx\" }", "search"),
        ("search = { provider = \"exa\", key_env = \"K\", url = \"https://evil.com\" }", "search"),
    ] {
        let error = WebConfig::from_toml(&toml::Value::Table(text.parse().unwrap())).unwrap_err();
        assert_eq!(error.key, key, "{text}: {error}");
        assert!(!error.hint.is_empty());
    }
    let whole = "hosts = [\"a.com\", \"*.b.com\", \"8.8.8.8\"]\npages = [\"https://c.com/x?y\"]\n\
                 proxy = \"http://10.0.0.1:3128\"\nsearch = { url = \"http://127.0.0.1:8080\" }";
    WebConfig::from_toml(&toml::Value::Table(whole.parse().unwrap())).unwrap();
}

#[tokio::test]
async fn a_configured_proxy_makes_the_connections() {
    let proxy = Site::start(|url| match url {
        "http://listed.test/robots.txt" => Reply::missing(),
        "http://listed.test/a" => Reply::html("<p>by proxy"),
        _ => Reply::new(500, "", ""),
    })
    .await;
    let names = Names::of(&[]);
    let config = format!("hosts = [\"listed.test\", \"127.0.0.1\"]\nproxy = \"http://{}\"", proxy.address);
    let reader = reader_of(&proxy, &config, names, Limits::default());
    assert_eq!(reader.fetch("http://listed.test/a").await.unwrap().markdown, "by proxy");
    // What can be judged without resolving still is.
    assert_eq!(reader.fetch("http://127.0.0.1/").await, Err(WebRefusal::NotGlobal));
    assert_eq!(reader.fetch("http://other.test/").await, Err(WebRefusal::NotListed));
    assert_eq!(proxy.connections(), 2);
}
