//! What programs with a token write and are told.

use super::*;

fn administrator(walk: &Walk) -> &Caller {
    let is_admin = |caller: &&Caller| caller.actor.as_ref().is_some_and(|actor| actor.grants.admin);
    walk.callers.iter().find(is_admin).unwrap()
}

async fn sent(walk: &Walk, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
    let (status, answer) = walk.rest(administrator(walk), method, path, Some(body)).await;
    (status, serde_json::from_str(&answer).unwrap())
}

#[tokio::test]
async fn what_programs_write_comes_their_way_and_in_their_users_name() {
    let walk = Walk::new().await;
    let own = administrator(&walk).name.clone();
    let (_, ticket) = sent(&walk, Method::POST, "/api/v1/tickets", json!({"subject": "By a program"})).await;
    assert_eq!(ticket["channel"], "api");
    let (_, called) =
        sent(&walk, Method::POST, "/api/v1/tickets", json!({"subject": "Called", "channel": "phone"})).await;
    assert_eq!(called["channel"], "phone");

    let path = "/api/v1/ticket_messages";
    let say = |direction: &str| json!({"ticket_id": ticket["id"], "content": "<p>Pay</p>", "author_name": "Fake Boss", "direction": direction});
    let (_, answer) = sent(&walk, Method::POST, path, say("outbound")).await;
    assert_eq!((answer["channel"].as_str(), answer["author_name"].as_str()), (Some("api"), Some(own.as_str())));
    let one = format!("{path}/{}", answer["id"].as_str().unwrap());
    let (_, answer) =
        sent(&walk, Method::PATCH, &one, json!({"author_name": "Fake Boss", "content": "<p>Now</p>"})).await;
    assert_eq!((answer["content"].as_str(), answer["author_name"].as_str()), (Some("<p>Now</p>"), Some(own.as_str())));
    // What a customer said is written down in their name, and can't become an answer in it.
    let (_, asked) = sent(&walk, Method::POST, path, say("inbound")).await;
    assert_eq!(asked["author_name"], "Fake Boss");
    let one = format!("{path}/{}", asked["id"].as_str().unwrap());
    let (_, turned) = sent(&walk, Method::PATCH, &one, json!({"direction": "outbound"})).await;
    assert_eq!(turned["author_name"], own.as_str());
}

#[tokio::test]
async fn programs_are_told_what_is_wrong_and_how_much_fits() {
    let walk = Walk::new().await;
    let (_, problem) = sent(&walk, Method::POST, "/api/v1/tickets", json!({"subject": "x".repeat(301)})).await;
    let field = &problem["fields"][0];
    assert_eq!((field["code"].as_str(), field["params"]["max"].as_str()), (Some("too_long"), Some("300")));
    assert!(field["message"].as_str().unwrap().contains("300"), "{field}");
    let (_, problem) = sent(&walk, Method::POST, "/api/v1/tickets", json!({"subject": "A", "colour": "red"})).await;
    let field = &problem["fields"][0];
    assert_eq!((field["field"].as_str(), field["code"].as_str()), (Some("colour"), Some("unknown_field")));
    assert!(!field["message"].as_str().unwrap().contains("Reload"), "{field}");

    let token = format!("Bearer {}", administrator(&walk).token);
    let cut = Request::post("/api/v1/tickets")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, token)
        .body(Body::from("{\"subject\": \"A\""))
        .unwrap();
    let (status, answer) = walk.send(cut).await;
    let problem: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!((status, problem["code"].as_str()), (StatusCode::BAD_REQUEST, Some("malformed")));
    assert!(problem["title"].as_str().unwrap().contains("JSON"), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("line 1"), "{problem}");
}
