//! `robots.txt`, asked for before a page.

use agent_core::tool::web::WebRefusal;

use super::site::{Reply, Site, reader};

#[tokio::test]
async fn a_sites_wish_is_asked_for_once_and_respected() {
    let site = Site::start(|path| match path {
        "/robots.txt" => Reply::new(200, "", "User-agent: csm\nDisallow: /private\nAllow: /private/open\n"),
        "/in" => Reply::redirect("/private/x"),
        _ => Reply::html("<p>page"),
    })
    .await;
    let reader = reader(&site);
    let at = |path: &str| format!("http://public.test:{}{path}", site.port());
    reader.fetch(&at("/public")).await.unwrap();
    reader.fetch(&at("/private/open/a")).await.unwrap();
    for path in ["/private/x", "/%70rivate", "/in"] {
        assert_eq!(reader.fetch(&at(path)).await, Err(WebRefusal::Robots), "{path}");
    }
    assert_eq!(site.paths(), ["/robots.txt", "/public", "/private/open/a", "/in"]);
}

#[tokio::test]
async fn a_site_whose_wish_cannot_be_had_is_left_alone() {
    for (status, open) in [(200, true), (401, true), (404, true), (410, true), (500, false), (503, false)] {
        let site = Site::start(move |path| match path {
            "/robots.txt" => Reply::new(status, "", ""),
            _ => Reply::html("<p>page"),
        })
        .await;
        let found = reader(&site).fetch(&format!("http://public.test:{}/", site.port())).await;
        assert_eq!(found.is_ok(), open, "{status}: {found:?}");
        assert_eq!(site.paths().len(), if open { 2 } else { 1 });
    }
}

#[tokio::test]
async fn a_robots_file_may_be_elsewhere_on_the_site_but_not_elsewhere() {
    for (to, open) in
        [("/moved/robots.txt", true), ("http://evil.test/robots.txt", false), ("/robots.txt", false)]
    {
        let site = Site::start(move |path| match path {
            "/robots.txt" => Reply::redirect(to),
            "/moved/robots.txt" => Reply::new(200, "", "User-agent: *\nDisallow: /no"),
            _ => Reply::html("<p>page"),
        })
        .await;
        let reader = reader(&site);
        let at = |path: &str| format!("http://public.test:{}{path}", site.port());
        assert_eq!(reader.fetch(&at("/yes")).await.is_ok(), open, "{to}");
        assert_eq!(reader.fetch(&at("/no")).await, Err(WebRefusal::Robots), "{to}");
    }
}
