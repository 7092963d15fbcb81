//! A language model behind a server: what is asked of it, and each way in which it can fail.

use std::cell::Cell;
use std::net::TcpListener;
use std::time::Duration;

use serde_json::json;
use vivavoce::lexicon::Apology;
use vivavoce::llm::server::{Address, Patience, Server, ServerConfig, Trouble};
use vivavoce::llm::{
    AnswerSchema, Finish, LanguageModel, LlmError, Message, Opening, Prompt, Role, Sampling,
};

use crate::llm_server::{Do, LlmServer, reply};

/// Short, so that a test of a silent server is.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    first_token: Duration::from_millis(300),
    next_token: Duration::from_millis(300),
    warm_up: Duration::from_secs(5),
    retry: Duration::from_millis(10),
};
/// For tests in which nobody is to be given up on, however busy the machine is.
const UNHURRIED: Patience = Patience {
    first_token: Duration::from_secs(60),
    next_token: Duration::from_secs(60),
    ..PATIENCE
};

fn config(url: &str, patience: Patience) -> ServerConfig {
    ServerConfig {
        address: Address::parse(url).unwrap(),
        model: None,
        api_key_env: None,
        context: 2048,
        reasoning_tokens: 20,
        patience,
    }
}

fn connect(server: &LlmServer, patience: Patience) -> Server {
    Server::connect(config(&server.url, patience)).unwrap()
}

/// Asks with these messages; what was heard, and how it ended.
fn ask_with(
    model: &mut Server,
    messages: &[Message],
    opening: Opening,
) -> (String, Result<Finish, LlmError>) {
    model
        .prefill(&Prompt::new(messages, opening), &|| false)
        .unwrap();
    let mut heard = String::new();
    let sampling = Sampling::default();
    let finish = model.generate(&sampling, &|| false, &mut |output| {
        heard.push_str(output.text())
    });
    (heard, finish)
}

fn question() -> [Message; 2] {
    [
        Message::new(Role::System, "Be brief."),
        Message::new(Role::User, "What is the capital of France?"),
    ]
}

/// Asks a server that answers so.
fn ask(answers: &[Vec<Do>], patience: Patience) -> (String, Result<Finish, LlmError>) {
    let server = LlmServer::start(answers);
    ask_with(&mut connect(&server, patience), &question(), Opening::Reply)
}

fn trouble(finish: Result<Finish, LlmError>) -> Trouble {
    match finish {
        Err(LlmError::Server { trouble, .. }) => trouble,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_reply_comes_piece_by_piece() {
    let server = LlmServer::start(&[reply(&["Par", "is", "."])]);
    let mut model = connect(&server, UNHURRIED);
    model
        .warm_up(&Prompt::new(&question()[..1], Opening::None))
        .unwrap();
    let (heard, finish) = ask_with(&mut model, &question(), Opening::Reply);
    assert_eq!(
        (heard.as_str(), finish.unwrap()),
        ("Paris.", Finish::Complete)
    );
    let (warm_up, asked) = (server.asked.recv().unwrap(), server.asked.recv().unwrap());
    assert_eq!(warm_up["max_tokens"], 1);
    assert_eq!(asked["model"], "first");
    assert_eq!(asked["stream"], true);
    assert_eq!(asked["messages"][1]["role"], "user");
    assert_eq!(asked["max_tokens"], Sampling::default().max_tokens);
}

#[test]
fn reading_ahead_asks_nothing() {
    let server = LlmServer::start(&[reply(&["Paris."])]);
    let mut model = connect(&server, UNHURRIED);
    for opening in [Opening::None, Opening::Unfinished] {
        model
            .prefill(&Prompt::new(&question(), opening), &|| false)
            .unwrap();
    }
    assert!(server.asked.is_empty());
}

#[test]
fn a_cancelled_reply_closes_the_connection_while_the_server_still_holds_it() {
    let server = LlmServer::start(&[vec![Do::Say("Once"), Do::Hold]]);
    let mut model = connect(&server, UNHURRIED);
    model
        .prefill(&Prompt::new(&question(), Opening::Reply), &|| false)
        .unwrap();
    let heard = Cell::new(0);
    let finish = model.generate(&Sampling::default(), &|| heard.get() > 0, &mut |_| {
        heard.set(heard.get() + 1);
    });
    assert_eq!((finish.unwrap(), heard.get()), (Finish::Cancelled, 1));
    server.wait_until_hung_up();
}

#[test]
fn a_question_is_cancelled_before_its_first_token_too() {
    let server = LlmServer::start(&[vec![Do::Raw(": wait"), Do::Hold], reply(&["Paris."])]);
    let mut model = connect(&server, UNHURRIED);
    model
        .prefill(&Prompt::new(&question(), Opening::Reply), &|| false)
        .unwrap();
    let asked = || !server.asked.is_empty();
    let finish = model.generate(&Sampling::default(), &asked, &mut |_| {});
    assert_eq!(finish.unwrap(), Finish::Cancelled);
    server.wait_until_hung_up();
    // And the next question is answered.
    let (heard, _) = ask_with(&mut model, &question(), Opening::Reply);
    assert_eq!(heard, "Paris.");
}

#[test]
fn a_server_that_is_not_there_is_a_clear_error() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let config = config(&format!("http://{free}/v1"), PATIENCE);
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
    let (_, finish) = ask(&[vec![Do::Raw(": hm"), Do::Hold]], PATIENCE);
    assert!(matches!(trouble(finish), Trouble::Silent(_)));
}

#[test]
fn a_server_that_stops_within_a_reply_is_given_up_and_what_came_is_passed_on() {
    let (heard, finish) = ask(&[vec![Do::Say("Par"), Do::Hold]], PATIENCE);
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
fn reasoning_is_not_heard() {
    let tagged = reply(&["<th", "ink>Hm", ".</thi", "nk>\n\n", "Paris."]);
    let apart = vec![Do::Think("Hm."), Do::Say("Paris."), Do::Finish("stop")];
    for answer in [tagged, apart] {
        assert_eq!(ask(&[answer], UNHURRIED).0, "Paris.");
    }
}

#[test]
fn a_model_that_only_thinks_is_asked_once_more_with_room_for_it() {
    let only = vec![Do::Think("Hm."), Do::Finish("length")];
    let server = LlmServer::start(&[only.clone(), reply(&["Paris."])]);
    let mut model = connect(&server, UNHURRIED);
    let (heard, _) = ask_with(&mut model, &question(), Opening::Reply);
    assert_eq!(heard, "Paris.");
    let (first, second) = (server.asked.recv().unwrap(), server.asked.recv().unwrap());
    let tokens = |asked: &serde_json::Value| asked["max_tokens"].as_u64().unwrap();
    assert_eq!(tokens(&second), tokens(&first) + 20);

    let (_, finish) = ask(&[only], UNHURRIED);
    assert!(matches!(finish, Err(LlmError::OnlyReasoning { .. })));
}

#[test]
fn reasoning_that_the_servers_own_prompt_begins_is_not_heard_again() {
    let thinking = reply(&["Hm", ".</think>", "Paris."]);
    let quiet = reply(&["Rome."]);
    let server = LlmServer::start(&[thinking.clone(), thinking, quiet.clone(), quiet]);
    let mut model = connect(&server, UNHURRIED);
    let mut heard = || ask_with(&mut model, &question(), Opening::Reply).0;
    // Nothing has told it before.
    assert_eq!(heard(), "Hm.Paris.");
    assert_eq!(heard(), "Paris.");
    // A reply without reasoning is asked for once more, and the next as well if need be.
    assert_eq!(heard(), "Rome.");
    // And what it may think needs room.
    let tokens = model
        .count_tokens(&Prompt::new(&question(), Opening::Reply))
        .unwrap();
    let fits = |written| {
        let question = question();
        let prompt = Prompt::new(&question, Opening::Reply);
        let room = model.context_len() - tokens - written;
        model.prefill(&prompt.with_room(room), &|| false).is_ok()
    };
    assert_eq!([20, 19].map(fits), [true, false]);
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
fn a_reply_that_was_complete_when_it_was_cut_off_may_have_no_rest() {
    let mut messages = question().to_vec();
    messages.push(Message::new(Role::Assistant, "It is Paris."));
    let server = LlmServer::start(&[vec![Do::Finish("stop")]]);
    let mut model = connect(&server, UNHURRIED);
    let (_, finish) = ask_with(&mut model, &messages, Opening::Unfinished);
    assert_eq!(finish.unwrap(), Finish::Complete);
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
    let short = Patience {
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

#[test]
fn the_rest_of_a_reply_goes_on_with_what_was_heard() {
    let mut messages = question().to_vec();
    messages.push(Message::new(Role::Assistant, "The capital"));
    let server = LlmServer::start(&[reply(&["The capital", " is Paris."])]);
    let mut model = connect(&server, UNHURRIED);
    let (heard, _) = ask_with(&mut model, &messages, Opening::Unfinished);
    assert_eq!(heard, " is Paris.");
    let asked = server.asked.recv().unwrap();
    assert_eq!(asked["continue_final_message"], true);
    assert_eq!(asked["messages"][2]["content"], "The capital");
}

#[test]
fn the_key_comes_from_its_variable_and_goes_only_to_the_server() {
    let server = LlmServer::start(&[reply(&["Paris."])]);
    // PATH is set everywhere; what it says is no secret.
    let with_key = ServerConfig {
        api_key_env: Some("PATH".into()),
        ..config(&server.url, UNHURRIED)
    };
    let path = std::env::var("PATH").unwrap();
    Server::connect(with_key).unwrap();
    let head = server.headers.recv().unwrap();
    assert!(head.contains(&format!("Bearer {path}")), "{head}");

    let without = ServerConfig {
        api_key_env: Some("VIVAVOCE_NO_SUCH_KEY".into()),
        ..config(&server.url, UNHURRIED)
    };
    let error = Server::connect(without).err().unwrap().to_string();
    assert!(error.contains("VIVAVOCE_NO_SUCH_KEY is not set"), "{error}");
}

#[test]
fn a_reply_has_no_more_tokens_than_it_may() {
    let server = LlmServer::start(&[vec![
        Do::Say("one "),
        Do::Say("two "),
        Do::Say("three "),
        Do::Hold,
    ]]);
    let mut model = connect(&server, UNHURRIED);
    model
        .prefill(&Prompt::new(&question(), Opening::Reply), &|| false)
        .unwrap();
    let (mut heard, sampling) = (
        String::new(),
        Sampling {
            max_tokens: 2,
            ..Sampling::default()
        },
    );
    let finish = model.generate(&sampling, &|| false, &mut |output| {
        heard.push_str(output.text())
    });
    assert_eq!(
        (heard.as_str(), finish.unwrap()),
        ("one two ", Finish::Length)
    );
    server.wait_until_hung_up();
}

fn number() -> AnswerSchema {
    let schema = json!({
        "type": "object",
        "properties": { "n": { "type": "integer" } },
        "required": ["n"],
    });
    AnswerSchema::new(schema).unwrap()
}

fn held(server: &LlmServer) -> Result<String, LlmError> {
    let mut model = connect(server, UNHURRIED);
    let messages = [Message::new(Role::User, "How many?")];
    let schema = number();
    let prompt = Prompt::new(&messages, Opening::Reply).held_to(Some(&schema));
    model.prefill(&prompt, &|| false)?;
    let mut answer = String::new();
    model.generate(&Sampling::default(), &|| false, &mut |output| {
        answer += output.text()
    })?;
    Ok(answer)
}

#[test]
fn an_answer_that_is_held_to_a_schema_comes_as_it_was_written() {
    let server = LlmServer::start(&[reply(&["{\"n\":", " 3}"])]);
    assert_eq!(held(&server).unwrap(), "{\"n\": 3}");
    let asked = server.asked.recv().unwrap();
    let format = &asked["response_format"];
    assert_eq!(format["type"], "json_schema");
    assert_eq!(format["json_schema"]["schema"], *number().schema());
}

#[test]
fn a_server_that_refuses_schemas_is_said_to() {
    let body = r#"{"error":{"message":"unknown field response_format"}}"#;
    let server = LlmServer::start(&[vec![Do::Status("400 Bad Request", body)]]);
    let error = held(&server).unwrap_err();
    assert!(matches!(error, LlmError::Schema { .. }), "{error}");
    assert!(
        error.to_string().contains("ask without a schema"),
        "{error}"
    );
}
