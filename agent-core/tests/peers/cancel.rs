use super::stand::{Stand, hear, say, status};
use super::world::World;
use tokio::sync::mpsc;

#[tokio::test]
async fn cancelling_a_session_cancels_what_it_handed_over() {
    let (heard, mut hears) = mpsc::channel(8);
    let binder = Stand::new(move |_, mut socket, request| {
        let heard = heard.clone();
        async move {
            say(&mut socket, status(&request, 1, "sewing", "page 1")).await;
            while let Some(message) = hear(&mut socket).await {
                heard.send(Some(message)).await.unwrap();
            }
            heard.send(None).await.unwrap();
        }
    })
    .await;
    let world = World::new(&binder.entry("binder", "")).await;
    let mut handle = world.begin(&["binder"]).await;
    loop {
        let message = handle.next().await.unwrap().into_members();
        if message.get("message").is_some_and(|message| message == "binder: sewing — page 1") {
            break;
        }
    }
    handle.cancel("changed my mind");
    let mut last = None;
    while let Some(message) = handle.next().await {
        last = Some(message.into_members());
    }
    assert_eq!(last.unwrap()["status"], "cancelled");
    let cancel = hears.recv().await.unwrap().unwrap();
    assert_eq!(cancel["request_type"], "cancel_session");
    assert_eq!(cancel["payload"]["session_id"], "b-1");
    assert!(hears.recv().await.unwrap().is_none(), "and then the connection is closed");
    assert!(!world.path().join("out/after.md").exists());
}
