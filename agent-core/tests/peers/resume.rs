use tokio::sync::mpsc;

use super::stand::{Stand, say, silence, status};
use super::world::{World, all, outcomes, request};

#[tokio::test]
async fn an_interrupted_hand_off_goes_on_with_the_same_work_and_a_recorded_one_is_not_sent_again() {
    let quick = Stand::new(|_, mut socket, request| async move {
        say(&mut socket, status(&request, 1, "completed", "Bound.")).await;
    })
    .await;
    let (arrived, mut arrives) = mpsc::channel(8);
    let binder = Stand::new(move |nth, mut socket, request| {
        let arrived = arrived.clone();
        async move {
            say(&mut socket, status(&request, 1, "sewing", "page 1")).await;
            arrived.send(nth).await.unwrap();
            if nth > 0 {
                say(&mut socket, status(&request, 2, "completed", "Bound.")).await;
            }
            silence(&mut socket).await;
        }
    })
    .await;
    let world = World::new(&(quick.entry("quick", "") + &binder.entry("binder", ""))).await;
    let errand = request(serde_json::json!({ "errands": ["quick"], "then": ["binder"] }));
    let handle = world.runtime.open_session(&errand).await.unwrap();
    let id = handle.id().to_owned();
    arrives.recv().await.unwrap();
    world.runtime.interrupt().await;
    let world = world.again().await;
    let handle = world.runtime.resume_all().await.unwrap().sessions.pop().unwrap();
    assert_eq!(handle.id(), id);
    let messages = all(handle).await;
    assert_eq!(outcomes(&messages), ["quick: done", "binder: done"]);
    let asked = binder.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0]["payload"], asked[1]["payload"]);
    assert_eq!(asked[0]["_meta"]["request_id"], asked[1]["_meta"]["request_id"]);
    assert_eq!(quick.asked().len(), 1, "what is recorded is not asked again");
}
