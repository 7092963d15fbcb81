//! The whole program with two language models: the first talks, the helper answers what is hard.

use std::io::Write;
use std::process::Stdio;

use crate::llm_server::{Do, LlmServer, reply};
use crate::program::{text, vivavoce};

/// What a conversation in writing prints to whom these lines are piped.
fn typed(first: &LlmServer, helper: &LlmServer, lines: &str) -> String {
    let mut child = vivavoce()
        .args(["talk", "--text", "--plain", "--why", "--output", "null"])
        .args(["--llm", &first.url, "--helper", &helper.url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    to.write_all(lines.as_bytes()).unwrap();
    drop(to);
    let output = child.wait_with_output().unwrap();
    let printed = text(&output);
    assert!(output.status.success(), "{printed}");
    printed
}

#[test]
fn a_hard_question_is_put_off_with_a_word_and_its_answer_is_waited_for() {
    let first = LlmServer::start(&[reply(&["Hi."])]);
    let helper = LlmServer::start(&[reply(&["Boats carry ", "what is sold."])]);
    let printed = typed(&first, &helper, "Why do cities grow along rivers?\n");
    let word = printed.find("vivavoce: Let me think about that.");
    let answer = printed.find("vivavoce: Boats carry what is sold.");
    assert!(word.is_some() && word < answer, "{printed}");
    assert!(printed.contains("asked the helper"), "{printed}");
    let asked = helper.asked.try_recv().unwrap();
    let messages = asked["messages"].as_array().unwrap();
    assert_eq!(
        messages.last().unwrap()["content"],
        "Why do cities grow along rivers?"
    );
    // It was asked for its warm-up alone.
    let is_about_it = |asked: serde_json::Value| asked.to_string().contains("rivers");
    assert!(!first.asked.try_iter().any(is_about_it), "{printed}");
}

#[test]
fn a_helper_that_fails_is_apologized_for() {
    let first = LlmServer::start(&[reply(&["Hi."])]);
    let helper = LlmServer::start(&[vec![Do::Status("503 Service Unavailable", "")]]);
    let printed = typed(&first, &helper, "Why do cities grow along rivers?\n");
    assert!(
        printed.contains("vivavoce: Sorry, the server of my language model has too much to do."),
        "{printed}"
    );
    assert!(printed.contains("error: helper:"), "{printed}");
}

#[test]
fn what_is_no_question_for_the_helper_is_the_first_models() {
    let first = LlmServer::start(&[reply(&["Hi."]), reply(&["It must look nice."])]);
    let helper = LlmServer::start(&[]);
    let printed = typed(&first, &helper, "I painted the fence this morning.\n");
    assert!(
        printed.contains("vivavoce: It must look nice."),
        "{printed}"
    );
    assert!(helper.asked.try_recv().is_err(), "{printed}");
}
