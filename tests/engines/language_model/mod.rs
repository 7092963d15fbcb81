//! The real language model: what it answers and calls, its prefix cache in history, cancellation, its limits.

mod states;

use std::cell::Cell;
use std::fs;

use serde_json::json;
use vivavoce::agent::{History, Persona};
use vivavoce::config::Config;
use vivavoce::engines::EngineLoader;
use vivavoce::language::Language;
use vivavoce::llm::gpu::GpuLayers;
use vivavoce::llm::{
    CacheType, Finish, LanguageModel, Llama, LlamaConfig, LlmError, Message, Opening, Output,
    Prompt, Role, SHORT_BATCH, Sampling, StatesConfig,
};
use vivavoce::models::{Manifest, ModelStore, Platform, Role as ModelRole};
use vivavoce::tool_call::{Call, ToolDefinition};

/// A fresh model.
fn model() -> Llama {
    model_with(None, CacheType::F16)
}

fn model_with(states: Option<StatesConfig>, cache_type: CacheType) -> Llama {
    let manifest = Manifest::bundled().unwrap();
    let selection = manifest.select("starter", Platform::current()).unwrap();
    let ready = ModelStore::open(None)
        .and_then(|store| store.ensure_ready(&selection))
        .expect("`make test` fetches the models first");
    Llama::load(LlamaConfig {
        model: ready.first(ModelRole::Llm).unwrap().to_path_buf(),
        adapter: None,
        model_id: "test".into(),
        context: 1024,
        threads: 1,
        gpu_layers: GpuLayers::Count(0),
        cache_type,
        reasoning_tokens: 64,
        together: 0,
        batch: SHORT_BATCH,
        states,
    })
    .unwrap()
}

fn answer(model: &mut Llama, history: &History, question: &str) -> String {
    model
        .prefill(
            &Prompt::new(&history.prompt(question), Opening::Reply),
            &|| false,
        )
        .unwrap();
    let mut reply = String::new();
    let sampling = Persona::bundled(Language::English).sampling;
    model
        .generate(&sampling, &|| false, &mut |output| {
            reply.push_str(output.text())
        })
        .unwrap();
    reply
}

#[test]
fn it_answers_in_one_short_sentence() {
    let (mut model, history) = (model(), History::new(&Persona::bundled(Language::English)));
    let reply = answer(&mut model, &history, "What is the capital of France?");
    assert!(reply.contains("Paris"), "{reply}");
    assert!(reply.split_whitespace().count() < 20, "{reply}");
}

#[test]
fn words_that_may_be_all_are_told_from_words_that_want_another() {
    let history = History::new(&Persona::bundled(Language::English));
    let mut model = model();
    let mut ends = |words: &str| {
        let prompt = history.prompt(words);
        let read = model.prefill(&Prompt::new(&prompt, Opening::Unfinished), &|| false);
        read.unwrap().unwrap().ends.unwrap()
    };
    for (whole, part) in [
        ("What is the capital of France", "What is the capital of"),
        ("So do you play basketball", "So do you play"),
        ("Did you come here by bike", "Did you come here by"),
    ] {
        let (whole_ends, part_ends) = (ends(whole), ends(part));
        assert!(
            whole_ends > 10.0 * part_ends,
            "{whole}: {whole_ends}, {part_ends}"
        );
        // It is the same when it is read again.
        assert!((ends(whole) - whole_ends).abs() < 0.02);
    }
}

#[test]
fn the_end_of_the_words_is_told_while_the_prompt_of_a_reply_is_read() {
    let history = History::new(&Persona::bundled(Language::English));
    let mut model = model();
    let mut ends = |words: &str, opening: Opening| {
        let prompt = history.prompt(words);
        let prompt = Prompt::new(&prompt, opening).asking_end(true);
        let read = model.prefill(&prompt, &|| false);
        read.unwrap().unwrap().ends.unwrap()
    };
    for words in ["What is the capital of", "So do you play basketball"] {
        let with_reply = ends(&format!("{words}."), Opening::Reply);
        let alone = ends(words, Opening::Unfinished);
        assert!(
            (with_reply - alone).abs() < 0.02,
            "{words}: {with_reply}, {alone}"
        );
        // Also where all of it was read before.
        let again = ends(&format!("{words}?"), Opening::Reply);
        assert!((again - alone).abs() < 0.02, "{words}: {again}, {alone}");
    }
}

#[test]
fn a_second_turn_reads_only_what_is_new() {
    let (mut model, mut history) = (model(), History::new(&Persona::bundled(Language::English)));
    let prefix = model
        .warm_up(&Prompt::new(history.prefix(), Opening::None))
        .unwrap()
        .read;
    let reply = answer(&mut model, &history, "What is the capital of France?");
    history.remember("What is the capital of France?", &reply);
    let prompt = history.prompt("And of Spain?");
    let prefill = model
        .prefill(&Prompt::new(&prompt, Opening::Reply), &|| false)
        .unwrap()
        .unwrap();
    assert!(prefill.kept > prefix, "{prefill:?}, prefix {prefix}");
    assert!(prefill.read < 30, "{prefill:?}");
}

#[test]
fn after_an_interruption_only_what_was_heard_is_in_the_prompt() {
    let (mut model, mut history) = (model(), History::new(&Persona::bundled(Language::English)));
    answer(&mut model, &history, "Tell me about the sun.");
    history.remember("Tell me about the sun.", "The sun");
    let prompt = history.prompt("What did you just say?");
    let prefill = model
        .prefill(&Prompt::new(&prompt, Opening::Reply), &|| false)
        .unwrap()
        .unwrap();
    let total = model
        .count_tokens(&Prompt::new(&prompt, Opening::Reply))
        .unwrap();
    assert_eq!(
        prefill.kept + prefill.read,
        total,
        "the cache holds exactly the prompt"
    );
}

#[test]
fn forgetting_the_oldest_exchange_makes_it_read_nothing_again() {
    let (mut model, mut history) = (model(), History::new(&Persona::bundled(Language::English)));
    history.remember(
        "Tell me about the sun.",
        "The sun is a star that is far away.",
    );
    for country in ["France", "Spain", "Italy"] {
        let question = format!("What is the capital of {country}?");
        history.remember(&question, "It is a large city with many people in it.");
    }
    model
        .prefill(&Prompt::new(&history.messages(), Opening::None), &|| false)
        .unwrap();
    assert!(history.make_room("", 101, 100, 0).anything);
    let prompt = history.prompt("How many legs does a spider have?");
    let prefill = model
        .prefill(&Prompt::new(&prompt, Opening::Reply), &|| false)
        .unwrap()
        .unwrap();
    assert!(prefill.read < 30, "{prefill:?}");
    let mut reply = String::new();
    let sampling = Persona::bundled(Language::English).sampling;
    model
        .generate(&sampling, &|| false, &mut |output| {
            reply.push_str(output.text())
        })
        .unwrap();
    assert!(reply.contains("legs"), "{reply}");
}

#[test]
fn a_cancellation_takes_effect_within_one_chunk() {
    let mut model = model();
    let prompt = [Message::new(Role::User, "word ".repeat(400))];
    let looks = Cell::new(0);
    let second_look = || {
        looks.set(looks.get() + 1);
        looks.get() > 1
    };
    assert_eq!(
        model
            .prefill(&Prompt::new(&prompt, Opening::Reply), &second_look)
            .unwrap(),
        None
    );
    // One chunk was read and is kept.
    let rest = model
        .prefill(&Prompt::new(&prompt, Opening::Reply), &|| false)
        .unwrap()
        .unwrap();
    assert_eq!(rest.kept, 64);
    let mut pieces = 0;
    let finish = model.generate(&Sampling::default(), &|| true, &mut |_| pieces += 1);
    assert_eq!((finish.unwrap(), pieces), (Finish::Cancelled, 0));
}

#[test]
fn a_prompt_longer_than_the_context_is_a_clear_error() {
    let mut model = model();
    let prompt = [Message::new(Role::User, "word ".repeat(2_000))];
    let error = model
        .prefill(&Prompt::new(&prompt, Opening::Reply), &|| false)
        .unwrap_err();
    assert!(
        matches!(error, LlmError::TooLong { fits: 1023, .. }),
        "{error}"
    );
}

#[test]
fn a_damaged_model_file_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.gguf");
    fs::write(&path, b"GGUF this is not").unwrap();
    let config = LlamaConfig {
        model: path.clone(),
        adapter: None,
        model_id: "broken".into(),
        context: 1024,
        threads: 1,
        gpu_layers: GpuLayers::Count(0),
        cache_type: CacheType::F16,
        reasoning_tokens: 64,
        together: 0,
        batch: SHORT_BATCH,
        states: None,
    };
    let error = Llama::load(config)
        .err()
        .expect("it must not load")
        .to_string();
    assert!(
        error.contains("broken.gguf") && error.contains("fetch it again"),
        "{error}"
    );
}

#[test]
fn a_cache_of_fewer_bits_still_answers() {
    for cache_type in [CacheType::Q8_0, CacheType::Q4_0] {
        let mut model = model_with(None, cache_type);
        let history = History::new(&Persona::bundled(Language::English));
        let reply = answer(&mut model, &history, "What is the capital of France?");
        assert!(reply.contains("Paris"), "{cache_type:?}: {reply}");
    }
}

#[test]
fn the_prepared_model_answers_as_model_and_adapter_do() {
    let bundled = Persona::bundled(Language::English);
    let answers = [false, true].map(|prepare| {
        let mut config = Config::default();
        config.llm.prepare = Some(prepare);
        let loader = EngineLoader::only(&config, &[ModelRole::Llm]).unwrap();
        let mut model = loader.language_model(&bundled).unwrap();
        let persona = loader.tell(bundled.clone());
        let mut messages = persona.prefix();
        messages.push(Message::new(Role::User, "What is the capital of France?"));
        let prompt = Prompt::new(&messages, Opening::Reply);
        model.prefill(&prompt, &|| false).unwrap().unwrap();
        let mut answer = String::new();
        model
            .generate(&persona.sampling, &|| false, &mut |output| {
                answer += output.text()
            })
            .unwrap();
        answer
    });
    assert!(answers[0].contains("Paris"), "{answers:?}");
    assert!(answers[1].contains("Paris"), "{answers:?}");
}

/// A tool that the starter's model has never seen, with arguments that it would not think of.
fn lamp(required: &[&str]) -> ToolDefinition {
    let name = |name: &&str| ((*name).to_owned(), json!({ "type": "string" }));
    let properties: serde_json::Map<_, _> = required.iter().map(name).collect();
    ToolDefinition {
        name: "turn_on_lamp".into(),
        description: "Turns a lamp on.".into(),
        parameters: json!({ "type": "object", "properties": properties, "required": required }),
    }
}

/// What the starter's model says and calls.
fn asked(question: &str, tools: &[ToolDefinition]) -> (String, Vec<Call>) {
    let bundled = Persona::bundled(Language::English);
    let loader = EngineLoader::only(&Config::default(), &[ModelRole::Llm]).unwrap();
    let mut model = loader.language_model(&bundled).unwrap();
    let persona = loader.tell(bundled);
    let mut messages = persona.prefix();
    messages.push(Message::new(Role::User, question));
    let prompt = Prompt::new(&messages, Opening::Reply).with_tools(tools);
    model.prefill(&prompt, &|| false).unwrap();
    let (mut said, mut calls) = (String::new(), Vec::new());
    model
        .generate(&persona.sampling, &|| false, &mut |output| match output {
            Output::Text(text) => said.push_str(text),
            Output::Call(call) => calls.push(call),
        })
        .unwrap();
    (said, calls)
}

#[test]
fn a_call_has_every_argument_that_its_tool_requires_and_nothing_of_it_is_said() {
    let arguments = ["place", "colour", "a_word_that_nobody_expects"];
    let (said, calls) = asked("Turn on the lamp in the kitchen.", &[lamp(&arguments)]);
    assert_eq!(calls.len(), 1, "{said:?} {calls:?}");
    assert_eq!(calls[0].name, "turn_on_lamp");
    for argument in arguments {
        assert!(calls[0].arguments[argument].is_string(), "{calls:?}");
    }
    assert!(said.trim().is_empty(), "{said:?}");
}

#[test]
fn what_was_asked_is_what_a_tool_is_called_with() {
    let (_, calls) = asked("Turn on the lamp in the kitchen.", &[lamp(&["place"])]);
    let place = calls[0].arguments["place"].as_str().unwrap();
    assert!(place.to_lowercase().contains("kitchen"), "{calls:?}");
}

#[test]
fn a_question_that_no_tool_is_for_is_answered() {
    let (said, calls) = asked("What is the capital of France?", &[lamp(&["place"])]);
    assert!(
        calls.is_empty() && said.contains("Paris"),
        "{said:?} {calls:?}"
    );
}
