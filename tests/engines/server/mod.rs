//! A language model behind a server: what is asked of it, and what is made of its answers.

mod failures;
mod together;

use std::cell::Cell;
use std::time::Duration;

use serde_json::json;
use vivavoce::llm::server::{Address, Server, ServerConfig, ServerTimeouts};
use vivavoce::llm::{
    AnswerSchema, Finish, LanguageModel, LlmError, Message, Opening, Prompt, Role, Sampling,
};

use crate::llm_server::{Do, LlmServer, reply};

/// Short, so that a test of a silent server is.
const TIMEOUTS: ServerTimeouts = ServerTimeouts {
    connect: Duration::from_secs(5),
    first_token: Duration::from_millis(300),
    next_token: Duration::from_millis(300),
    warm_up: Duration::from_secs(5),
    retry: Duration::from_millis(10),
};

/// For tests in which nobody is to be given up on, however busy the machine is.
const UNHURRIED: ServerTimeouts = ServerTimeouts {
    first_token: Duration::from_secs(60),
    next_token: Duration::from_secs(60),
    ..TIMEOUTS
};

fn config(url: &str, timeouts: ServerTimeouts) -> ServerConfig {
    ServerConfig {
        address: Address::parse(url).unwrap(),
        model: None,
        api_key_env: None,
        context: 2048,
        reasoning_tokens: 20,
        together: 1,
        timeouts,
    }
}

fn connect(server: &LlmServer, timeouts: ServerTimeouts) -> Server {
    Server::connect(config(&server.url, timeouts)).unwrap()
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
fn ask(answers: &[Vec<Do>], timeouts: ServerTimeouts) -> (String, Result<Finish, LlmError>) {
    let server = LlmServer::start(answers);
    ask_with(&mut connect(&server, timeouts), &question(), Opening::Reply)
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
fn a_reply_that_was_complete_when_it_was_cut_off_may_have_no_rest() {
    let mut messages = question().to_vec();
    messages.push(Message::new(Role::Assistant, "It is Paris."));
    let server = LlmServer::start(&[vec![Do::Finish("stop")]]);
    let mut model = connect(&server, UNHURRIED);
    let (_, finish) = ask_with(&mut model, &messages, Opening::Unfinished);
    assert_eq!(finish.unwrap(), Finish::Complete);
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
