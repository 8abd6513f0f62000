use super::harness::serve;
use super::librarian::Librarian;
use super::support::options;

#[tokio::test]
async fn what_a_delivery_lists_is_served_as_it_is_and_as_harmless_as_can_be() {
    let served = serve(Librarian::new()).await;
    let id = served.session().await;
    served.ended(&id).await;
    let listed = served.get(&format!("/v1/sessions/{id}/deliverables")).await.json();
    assert_eq!(listed["deliverables"][0]["path"], "out/catalogue.txt");
    let href = listed["deliverables"][0]["href"].as_str().unwrap();
    let file = served.get(href).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.body, std::fs::read(served.dir.path().join("out/catalogue.txt")).unwrap());
    let tag = format!("\"{}\"", agent_core::store::sha256_hex(&file.body));
    assert_eq!(file.header("etag"), tag);
    assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(file.header("content-security-policy"), "sandbox");
    assert!(file.header("content-disposition").starts_with("inline; filename=\"catalogue.txt\""));
    let same = served.call("GET", href, &[("if-none-match", &tag)], b"").await.rest().await;
    assert_eq!((same.status, same.body.len(), same.header("etag")), (304, 0, tag.as_str()));
    // A person's change is what is served next.
    std::fs::write(served.dir.path().join("out/catalogue.txt"), "mine").unwrap();
    let changed = served.call("GET", href, &[("if-none-match", &tag)], b"").await.rest().await;
    assert_eq!((changed.status, changed.body.as_slice()), (200, b"mine".as_slice()));
}

#[tokio::test]
async fn nothing_else_of_the_workspace_is_served() {
    let served = serve(Librarian::new()).await;
    let id = served.session().await;
    served.ended(&id).await;
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "not of this workspace").unwrap();
    let state = options().state_dir.to_string_lossy().into_owned();
    for path in [
        "books/a.md",
        "cards/a.md",
        &format!("{state}/store.db"),
        "out/../books/a.md",
        "out/%2e%2e/books/a.md",
        "%2e%2e/%2e%2e/etc/passwd",
        "/etc/passwd",
        "out/catalogue.txt/",
        "out//catalogue.txt",
        "out/catalogue.txt%00",
    ] {
        let reply = served.get(&format!("/v1/deliverables/{path}")).await;
        assert_eq!((reply.status, reply.code().as_str()), (404, "FILE_UNKNOWN"), "{path}");
    }
    // A listed file that was replaced by a way out is not followed.
    let listed = served.dir.path().join("out/catalogue.txt");
    std::fs::remove_file(&listed).unwrap();
    std::os::unix::fs::symlink(secret.path(), &listed).unwrap();
    assert_eq!(std::fs::read_to_string(&listed).unwrap(), "not of this workspace");
    let reply = served.get("/v1/deliverables/out/catalogue.txt").await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "TOOL_DENIED"));
    std::fs::remove_file(&listed).unwrap();
    let gone = served.get("/v1/deliverables/out/catalogue.txt").await;
    assert_eq!((gone.status, gone.code().as_str()), (404, "FILE_UNKNOWN"));
}
