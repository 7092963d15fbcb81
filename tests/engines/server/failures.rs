//! Each way in which a server can fail, and what is said and done then.

use std::net::TcpListener;
use std::time::Duration;

use vivavoce::lexicon::Apology;
use vivavoce::llm::server::{Server, ServerConfig, ServerTimeouts, Trouble};
use vivavoce::llm::{Finish, LanguageModel, LlmError, Opening, Prompt};

use super::{TIMEOUTS, UNHURRIED, ask, ask_with, config, connect, question};
use crate::llm_server::{Do, LlmServer, reply};

fn trouble(finish: Result<Finish, LlmError>) -> Trouble {
    match finish {
        Err(LlmError::Server { trouble, .. }) => trouble,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_that_is_not_there_is_a_clear_error() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let config = config(&format!("http://{free}/v1"), TIMEOUTS);
    let error = Server::connect(config).err().unwrap().to_string();
    assert!(error.contains("cannot be reached"), "{error}");
    assert!(error.contains(&free.to_string()), "{error}");
}

#[test]
fn each_refusal_says_what_to_do_and_what_the_user_hears() {
    for (status, body, says, hears) in [
        (
            "401 Unauthorized",
            "{}",
            "llm.api_key_env",
            Apology::Refused,
        ),
        ("404 Not Found", "{}", "llm.model", Apology::Refused),
        (
            "400 Bad Request",
            r#"{"error":{"message":"too long"}}"#,
            "too long",
            Apology::Refused,
        ),
        ("429 Too Many Requests", "", "too much to do", Apology::Busy),
        (
            "500 Internal Server Error",
            "<html>oops</html>",
            "oops",
            Apology::Failed,
        ),
    ] {
        let (heard, finish) = ask(&[vec![Do::Status(status, body)]], UNHURRIED);
        let error = finish.unwrap_err();
        assert!(error.to_string().contains(says), "{status}: {error}");
        assert_eq!(error.apology(), hears, "{status}");
        assert_eq!(heard, "");
    }
}

#[test]
fn what_may_pass_is_asked_again_and_the_rest_is_not() {
    let busy = vec![Do::Status("503 Service Unavailable", "")];
    let (heard, finish) = ask(&[busy.clone(), busy, reply(&["Paris."])], UNHURRIED);
    assert_eq!(
        (heard.as_str(), finish.unwrap()),
        ("Paris.", Finish::Complete)
    );
    let key = vec![Do::Status("401 Unauthorized", "")];
    let (_, finish) = ask(&[key, reply(&["Paris."])], UNHURRIED);
    assert_eq!(trouble(finish), Trouble::Key(401));
}

#[test]
fn a_question_is_not_asked_for_ever() {
    let server = LlmServer::start(&[vec![Do::HangUp]]);
    let mut model = connect(&server, UNHURRIED);
    let (_, finish) = ask_with(&mut model, &question(), Opening::Reply);
    assert!(trouble(finish).may_pass());
    assert_eq!(server.asked.len(), 3);
}

#[test]
fn garbage_is_a_clear_error() {
    for line in ["<html>It works!</html>", "data: {\"choices\":", "data: 17"] {
        let (_, finish) = ask(&[vec![Do::Raw(line), Do::Hold]], UNHURRIED);
        let error = finish.unwrap_err().to_string();
        assert!(error.contains("no chat completion"), "{line}: {error}");
    }
}

#[test]
fn an_error_in_the_stream_is_the_servers_own_words() {
    let error = Do::Raw(r#"data: {"error":{"message":"out of memory"}}"#);
    let (heard, finish) = ask(&[vec![Do::Say("Par"), error]], UNHURRIED);
    assert_eq!(heard, "Par");
    assert_eq!(trouble(finish), Trouble::Broken("out of memory".into()));
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let (_, finish) = ask(&[vec![Do::Raw(": hm"), Do::Hold]], TIMEOUTS);
    assert!(matches!(trouble(finish), Trouble::Silent(_)));
}

#[test]
fn a_server_that_stops_within_a_reply_is_given_up_and_what_came_is_passed_on() {
    let (heard, finish) = ask(&[vec![Do::Say("Par"), Do::Hold]], TIMEOUTS);
    assert_eq!(heard, "Par");
    assert!(matches!(trouble(finish), Trouble::Silent(_)));
}

#[test]
fn a_reply_that_breaks_off_is_not_begun_anew() {
    let broken = vec![Do::Say("Par"), Do::HangUp];
    let (heard, finish) = ask(&[broken, reply(&["Rome."])], UNHURRIED);
    assert_eq!(heard, "Par");
    let error = finish.unwrap_err();
    assert_eq!(error.apology(), Apology::Gone);
}

#[test]
fn fields_that_a_server_refuses_are_left_out() {
    let refuses = vec![Do::Status(
        "400 Bad Request",
        r#"{"error":{"message":"unknown field: top_k"}}"#,
    )];
    let server = LlmServer::start(&[refuses, reply(&["Paris."])]);
    let mut model = connect(&server, UNHURRIED);
    let (heard, _) = ask_with(&mut model, &question(), Opening::Reply);
    assert_eq!(heard, "Paris.");
    let (first, second) = (server.asked.recv().unwrap(), server.asked.recv().unwrap());
    assert!(first.get("top_k").is_some() && second.get("top_k").is_none());
}

#[test]
fn a_reply_without_a_word_is_a_clear_error() {
    for answer in [
        vec![Do::Finish("stop")],
        vec![Do::Finish("content_filter")],
        vec![Do::Say("\n"), Do::Finish("tool_calls")],
        vec![Do::Think("Hm."), Do::Finish("stop")],
        vec![Do::Say("<think>Hm.</think>"), Do::Finish("stop")],
        vec![Do::Raw("data: [DONE]")],
    ] {
        let answers = std::slice::from_ref(&answer);
        let error = ask(answers, UNHURRIED).1.unwrap_err();
        assert!(
            matches!(error, LlmError::NoWords { .. }),
            "{answer:?}: {error}"
        );
        assert_eq!(error.apology(), Apology::NoAnswer);
    }
    let (_, finish) = ask(&[vec![Do::Finish("content_filter")]], UNHURRIED);
    assert!(finish.unwrap_err().to_string().contains("content_filter"));
}

#[test]
fn a_server_that_still_loads_its_model_is_waited_for() {
    let loading = vec![Do::Status(
        "503 Service Unavailable",
        r#"{"error":{"message":"Loading model"}}"#,
    )];
    // More often than a question is repeated.
    let answers = [vec![loading.clone(); 5], vec![reply(&["Hi."])]].concat();
    let server = LlmServer::start(&answers);
    let mut model = connect(&server, UNHURRIED);
    model
        .warm_up(&Prompt::new(&question()[..1], Opening::None))
        .unwrap();
    assert_eq!(server.asked.len(), 6);

    let server = LlmServer::start(&[loading]);
    let short = ServerTimeouts {
        warm_up: Duration::from_millis(50),
        ..UNHURRIED
    };
    let warm_up = connect(&server, short).warm_up(&Prompt::new(&question()[..1], Opening::None));
    assert!(warm_up.is_err(), "but not for ever");
}

#[test]
fn a_server_with_a_smaller_context_gets_shorter_questions_from_then_on() {
    let named = r#"{"error":{"message":"exceeds the available context size (1000 tokens)"}}"#;
    let unnamed = r#"{"error":{"message":"exceeds the available context size"}}"#;
    let refuse = |body| vec![Do::Status("400 Bad Request", body)];
    let server = LlmServer::start(&[refuse(named), refuse(unnamed), reply(&["Paris."])]);
    let mut model = connect(&server, UNHURRIED);
    for context in [1_000, 750] {
        let (_, finish) = ask_with(&mut model, &question(), Opening::Reply);
        let error = finish.unwrap_err();
        assert!(matches!(error, LlmError::TooLong { .. }), "{error}");
        assert_eq!(error.apology(), Apology::TooLong);
        assert_eq!(model.context_len(), context);
    }
    let (heard, _) = ask_with(&mut model, &question(), Opening::Reply);
    assert_eq!(heard, "Paris.");
}

#[test]
fn a_model_that_the_server_does_not_list_is_told_when_it_is_refused() {
    let with_model = |server: &LlmServer| ServerConfig {
        model: Some("firts".into()),
        ..config(&server.url, UNHURRIED)
    };
    let server = LlmServer::start(&[vec![Do::Status("404 Not Found", "no such model")]]);
    let mut model = Server::connect(with_model(&server)).unwrap();
    let error = model
        .warm_up(&Prompt::new(&question()[..1], Opening::None))
        .unwrap_err()
        .to_string();
    for part in ["firts", "first, second", "no such model", "llm.model"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    // Some servers take names that they do not list.
    let server = LlmServer::start(&[reply(&["Hi."])]);
    let mut model = Server::connect(with_model(&server)).unwrap();
    model
        .warm_up(&Prompt::new(&question()[..1], Opening::None))
        .unwrap();
    assert!(model.describe().contains("does not list"));
}
