//! `WebSearch`: the answers are those of the services' own documentation, replayed.

use agent_core::tool::ToolError;
use agent_core::tool::web::{Limits, Network, SearchResult, WebRefusal, WebSearch, WebSearchInput};
use serde_json::{Value, json};

use super::site::{Names, Reader, Reply, Site, reader_over};

/// The environment of a test process is one for all tests: this variable is always there.
const KEY_ENV: &str = "PATH";

fn key() -> String {
    std::env::var(KEY_ENV).unwrap()
}

async fn service(answer: Value) -> Site {
    Site::start(move |_| Reply::new(200, "content-type: application/json\r\n", answer.to_string())).await
}

fn searcher(site: &Site, provider: &str) -> Reader {
    let names = Names::of(&[("service.test", &[&["127.0.0.1"]])]);
    let network = Network::testing(names.clone(), site.address, Limits::default());
    let config = match provider {
        "searxng" => format!("search = {{ url = \"http://searx.inside:{}/sub\" }}", site.port()),
        _ => format!("search = {{ provider = \"{provider}\", key_env = \"{KEY_ENV}\" }}"),
    };
    let names = if provider == "searxng" { Names::of(&[("searx.inside", &[&["127.0.0.1"]])]) } else { names };
    let network = if provider == "searxng" {
        // No socket passes for a public one here.
        Network::testing(names.clone(), "192.0.2.1:9".parse().unwrap(), Limits::default())
    } else {
        network
    };
    let at = format!("http://service.test:{}", site.port());
    reader_over(network, &config, names, (provider != "searxng").then_some(at.as_str()))
}

async fn search(reader: &Reader, query: &str) -> Vec<SearchResult> {
    reader.tools.run::<WebSearch>(WebSearchInput::new(query)).await.unwrap().results
}

fn one(result: &SearchResult) -> [&str; 5] {
    let published = result.published.as_deref().unwrap_or("-");
    [&result.title, &result.url, &result.snippet, published, &result.source]
}

#[tokio::test]
async fn searxng_is_asked_for_json_on_the_private_network_a_person_named() {
    let site = service(json!({
        "query": "acme corp", "number_of_results": 0,
        "results": [
            { "url": "https://acme.example/news", "title": "Acme\nopens", "content": "Acme \u{1b}[1mopens an office.",
              "publishedDate": "2026-09-01T00:00:00", "engine": "duckduckgo", "engines": ["duckduckgo"], "score": 1.0 },
            { "url": "javascript:alert(1)", "title": "no", "content": "no" },
            { "url": "https://b.example/", "title": "B", "content": null, "publishedDate": null, "engine": "bing" }
        ],
        "answers": [], "suggestions": [], "unresponsive_engines": []
    }))
    .await;
    let found = search(&searcher(&site, "searxng"), "acme corp & co").await;
    assert_eq!(
        found.iter().map(one).collect::<Vec<_>>(),
        [
            [
                "Acme opens",
                "https://acme.example/news",
                "Acme [1mopens an office.",
                "2026-09-01T00:00:00",
                "searxng/duckduckgo"
            ],
            ["B", "https://b.example/", "", "-", "searxng/bing"],
        ]
    );
    assert_eq!(site.paths(), ["/sub/search?q=acme+corp+%26+co&format=json"]);
}

#[tokio::test]
async fn brave_is_asked_with_its_token() {
    let site = service(json!({
        "type": "search", "query": { "original": "acme", "more_results_available": true },
        "web": { "type": "search", "results": [
            { "title": "Acme", "url": "https://acme.example/", "description": "About Acme.",
              "page_age": "2025-01-15T00:00:00", "profile": { "name": "Acme" }, "meta_url": { "hostname": "acme.example" } }
        ] }
    }))
    .await;
    let found = search(&searcher(&site, "brave"), "acme").await;
    assert_eq!(
        one(&found[0]),
        ["Acme", "https://acme.example/", "About Acme.", "2025-01-15T00:00:00", "brave"]
    );
    let request = &site.requests()[0];
    assert!(
        request.starts_with("GET /res/v1/web/search?q=acme&count=10&text_decorations=false "),
        "{request}"
    );
    assert!(request.contains(&format!("x-subscription-token: {}\r\n", key())));
    // Nothing found: no member `web`.
    let nothing = service(json!({ "type": "search" })).await;
    assert_eq!(search(&searcher(&nothing, "brave"), "acme").await, []);
}

#[tokio::test]
async fn tavily_is_asked_with_its_token() {
    let site = service(json!({
        "query": "acme", "answer": null, "images": [], "response_time": 1.67,
        "results": [
            { "title": "Acme", "url": "https://acme.example/", "content": "About Acme.", "score": 0.81, "raw_content": null },
            { "title": "News", "url": "https://news.example/", "content": "Acme.", "published_date": "Mon, 01 Sep 2026 08:00:00 GMT" }
        ]
    }))
    .await;
    let found = search(&searcher(&site, "tavily"), "acme").await;
    assert_eq!(one(&found[0]), ["Acme", "https://acme.example/", "About Acme.", "-", "tavily"]);
    assert_eq!(found[1].published.as_deref(), Some("Mon, 01 Sep 2026 08:00:00 GMT"));
    let request = &site.requests()[0];
    assert!(
        request.starts_with("POST /search ") && request.ends_with("{\"query\":\"acme\",\"max_results\":10}"),
        "{request}"
    );
    assert!(request.contains(&format!("authorization: Bearer {}\r\n", key())));
}

#[tokio::test]
async fn exa_is_asked_with_its_key() {
    let site = service(json!({
        "requestId": "b5947044c4b78efa9552a7c89b306d95",
        "results": [
            { "title": "Acme", "url": "https://acme.example/a.pdf", "publishedDate": "2023-11-16T01:36:32.547Z",
              "author": "A", "id": "https://acme.example/a", "highlights": ["One.", "Two."], "highlightScores": [0.4, 0.3] },
            { "title": "Text", "url": "https://acme.example/t", "text": "All of it." }
        ],
        "costDollars": { "total": 0.005 }
    }))
    .await;
    let found = search(&searcher(&site, "exa"), "acme").await;
    let first = ["Acme", "https://acme.example/a.pdf", "One. … Two.", "2023-11-16T01:36:32.547Z", "exa"];
    assert_eq!((one(&found[0]), found[1].snippet.as_str()), (first, "All of it."));
    let request = &site.requests()[0];
    let body = "{\"query\":\"acme\",\"numResults\":10,\"contents\":{\"highlights\":true}}";
    assert!(request.starts_with("POST /search ") && request.ends_with(body), "{request}");
    assert!(request.contains(&format!("x-api-key: {}\r\n", key())));
}

#[tokio::test]
async fn what_a_service_says_is_bounded() {
    let many: Vec<Value> = (0..50)
        .map(|n| json!({ "url": format!("https://a.example/{n}"), "title": "t".repeat(5_000), "content": "s".repeat(50_000) }))
        .collect();
    let site = service(json!({ "results": many })).await;
    let reader = searcher(&site, "searxng");
    let mut input = WebSearchInput::new("acme");
    input.max_results = Some(1_000);
    let found = reader.tools.run::<WebSearch>(input).await.unwrap();
    assert_eq!((found.results.len(), found.truncated), (20, true));
    assert_eq!((found.results[0].title.len(), found.results[0].snippet.len()), (300, 1_000));
    for query in ["", " \n ", &"x".repeat(401)] {
        let refused = reader.tools.run::<WebSearch>(WebSearchInput::new(query)).await;
        assert!(matches!(refused, Err(ToolError::Invalid { .. })));
    }
    assert_eq!(site.connections(), 1);
}

#[tokio::test]
async fn a_service_that_answers_otherwise_is_not_followed_or_believed() {
    let site = Site::start(|path| match path {
        "/sub/search?q=redirect&format=json" => Reply::redirect("http://127.0.0.1/"),
        "/sub/search?q=denied&format=json" => Reply::new(403, "", ""),
        "/sub/search?q=html&format=json" => Reply::html("<p>hello"),
        _ => Reply::new(200, "content-type: application/json\r\n", "{\"results\":[").endless(),
    })
    .await;
    let reader = searcher(&site, "searxng");
    for (query, word) in
        [("redirect", "302"), ("denied", "search.formats"), ("html", "documents"), ("endless", "large")]
    {
        let refused = reader.tools.run::<WebSearch>(WebSearchInput::new(query)).await.unwrap_err();
        let ToolError::Web { reason: WebRefusal::BadAnswer(what), .. } = &refused else {
            panic!("{refused}")
        };
        assert!(what.contains(word), "{what}");
    }
    assert_eq!(site.connections(), 4);
}

#[tokio::test]
async fn a_vendors_name_that_leads_inside_gets_no_key() {
    let site = service(json!({ "results": [] })).await;
    let inside = Site::inside(&site).await;
    let names = Names::of(&[("service.test", &[&["127.0.0.2"]])]);
    let network = Network::testing(names.clone(), site.address, Limits::default());
    let config = format!("search = {{ provider = \"exa\", key_env = \"{KEY_ENV}\" }}");
    let at = format!("http://service.test:{}", site.port());
    let reader = reader_over(network, &config, names, Some(&at));
    let refused = reader.tools.run::<WebSearch>(WebSearchInput::new("acme")).await;
    assert!(matches!(refused, Err(ToolError::Web { reason: WebRefusal::NotGlobal, .. })), "{refused:?}");
    assert_eq!((site.connections(), inside.connections()), (0, 0));
}

#[tokio::test]
async fn a_key_that_is_not_set_is_asked_for_by_name() {
    let config = "search = { provider = \"brave\", key_env = \"NO_SUCH_KEY_ANYWHERE\" }";
    let site = service(json!({})).await;
    let names = Names::of(&[]);
    let network = Network::testing(names.clone(), site.address, Limits::default());
    let reader = reader_over(network, config, names, None);
    let refused = reader.tools.run::<WebSearch>(WebSearchInput::new("acme")).await.unwrap_err();
    assert!(refused.to_string().contains("NO_SUCH_KEY_ANYWHERE"), "{refused}");
    assert_eq!(site.connections(), 0);
}
