//! Any GGUF file: models whose cache cannot be cut, templates of all kinds, files that are none.

use std::fs;
use std::path::{Path, PathBuf};

use vivavoce::lexicon::Apology;
use vivavoce::llm::gguf::{Gguf, identity};
use vivavoce::llm::gpu::GpuLayers;
use vivavoce::llm::{
    CacheType, Finish, LanguageModel, Llama, LlamaConfig, LlmError, Message, Opening, Prompt, Role,
    SHORT_BATCH, Sampling, StatesConfig,
};

use crate::tiny_gguf::TinyGguf;

/// A prompt that is longer than a chunk, so that a state lies within one.
const INSTRUCTIONS: &str = "You are an assistant who speaks. Answer in one short sentence, and \
    say that you do not know when you do not know.";
const TOKENS: usize = 24;

fn config(model: PathBuf) -> LlamaConfig {
    LlamaConfig {
        model,
        adapter: None,
        model_id: "tiny".into(),
        context: 2048,
        threads: 1,
        gpu_layers: GpuLayers::Count(0),
        cache_type: CacheType::F16,
        reasoning_tokens: 16,
        together: 0,
        batch: SHORT_BATCH,
        states: None,
    }
}

fn sampling() -> Sampling {
    Sampling {
        repeat_penalty: 1.3,
        max_tokens: TOKENS,
        ..Sampling::default()
    }
}

/// A model that stays where it is written while the test runs.
struct Tiny {
    folder: tempfile::TempDir,
}

impl Tiny {
    fn new(file: &TinyGguf) -> Self {
        let folder = tempfile::tempdir().unwrap();
        file.write(&folder.path().join("tiny.gguf"));
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("tiny.gguf")
    }

    fn load(&self) -> Llama {
        Llama::load(config(self.path())).unwrap()
    }
}

fn prefix() -> Vec<Message> {
    vec![
        Message::new(Role::System, INSTRUCTIONS),
        Message::new(Role::User, "What is the capital of Italy?"),
        Message::new(Role::Assistant, "It is Rome."),
    ]
}

fn with(messages: &[Message], more: &[(Role, &str)]) -> Vec<Message> {
    let more = more.iter().map(|(role, text)| Message::new(*role, *text));
    messages.iter().cloned().chain(more).collect()
}

/// What the model writes behind these messages; nobody minds that it is nonsense.
fn writes(model: &mut Llama, messages: &[Message]) -> String {
    let read = model.prefill(&Prompt::new(messages, Opening::Reply), &|| false);
    assert!(read.unwrap().is_some());
    let mut text = String::new();
    let finish = model.generate(&sampling(), &|| false, &mut |output| {
        text.push_str(output.text())
    });
    finish.unwrap();
    text
}

/// Every way in which a conversation goes back: a draft that is thrown away, a reply of which only the
/// beginning was heard, an exchange that is forgotten. Each time the model must go on as if it had
/// read nothing else.
fn goes_back_as_if_it_had_read_nothing_else(file: &TinyGguf) {
    let tiny = Tiny::new(file);
    let mut model = tiny.load();
    let fresh = |messages: &[Message]| writes(&mut tiny.load(), messages);
    model
        .warm_up(&Prompt::new(&prefix(), Opening::None))
        .unwrap();
    let first = with(&prefix(), &[(Role::User, "What is the")]);
    assert_eq!(writes(&mut model, &first), fresh(&first));

    let longer = with(&prefix(), &[(Role::User, "What is the capital of France?")]);
    assert_eq!(writes(&mut model, &longer), fresh(&longer));
    // The same question once more: nothing of the reply is in the state.
    assert_eq!(writes(&mut model, &longer), fresh(&longer));

    let heard = with(&longer, &[(Role::Assistant, "It is")]);
    model
        .prefill(&Prompt::new(&heard, Opening::None), &|| false)
        .unwrap();
    let next = with(&heard, &[(Role::User, "And of Spain?")]);
    let read = model
        .prefill(&Prompt::new(&next, Opening::Reply), &|| false)
        .unwrap();
    let read = read.unwrap();
    assert!(read.read < 40 && read.kept > 200, "{read:?}");
    assert_eq!(writes(&mut model, &next), fresh(&next));
    assert_ne!(fresh(&next), fresh(&longer), "the state must matter");

    let forgotten = with(&prefix(), &[(Role::User, "Who are you?")]);
    assert_eq!(writes(&mut model, &forgotten), fresh(&forgotten));
}

#[test]
fn a_transformer_goes_back_as_if_it_had_read_nothing_else() {
    let tiny = TinyGguf::llama();
    goes_back_as_if_it_had_read_nothing_else(&tiny);
    assert!(Tiny::new(&tiny).load().describe().contains("cut where"));
}

#[test]
fn a_recurrent_model_goes_back_as_if_it_had_read_nothing_else() {
    let tiny = TinyGguf::mamba();
    goes_back_as_if_it_had_read_nothing_else(&tiny);
    let how = Tiny::new(&tiny).load().describe();
    assert!(how.contains("recurrent: goes back to checkpoints"), "{how}");
}

#[test]
fn a_hybrid_model_goes_back_as_if_it_had_read_nothing_else() {
    let tiny = TinyGguf::lfm2();
    goes_back_as_if_it_had_read_nothing_else(&tiny);
    let how = Tiny::new(&tiny).load().describe();
    assert!(how.contains("hybrid: goes back to checkpoints"), "{how}");
}

#[test]
fn the_state_of_every_kind_of_model_is_kept_on_disk() {
    for file in [TinyGguf::llama(), TinyGguf::mamba(), TinyGguf::lfm2()] {
        let tiny = Tiny::new(&file);
        let question = with(&prefix(), &[(Role::User, "Who are you?")]);
        let answers = [(); 2].map(|()| {
            let states = tiny.folder.path().join("states");
            let mut model = Llama::load(LlamaConfig {
                together: 0,
                batch: SHORT_BATCH,
                states: Some(StatesConfig {
                    folder: states,
                    most_bytes: 1 << 30,
                    of_prompts: false,
                }),
                ..config(tiny.path())
            })
            .unwrap();
            let read = model
                .warm_up(&Prompt::new(&prefix(), Opening::None))
                .unwrap();
            (read.kept, writes(&mut model, &question))
        });
        assert!(answers[0].0 == 0 && answers[1].0 > 100, "{answers:?}");
        assert_eq!(answers[0].1, answers[1].1);
        assert_eq!(answers[0].1, writes(&mut tiny.load(), &question));
    }
}

#[test]
fn a_cache_of_fewer_bits_works() {
    let tiny = Tiny::new(&TinyGguf::llama());
    for cache_type in [CacheType::Q8_0, CacheType::Q4_0] {
        let config = LlamaConfig {
            cache_type,
            ..config(tiny.path())
        };
        let mut model = Llama::load(config).unwrap();
        assert!(model.describe().contains(cache_type.name()));
        writes(&mut model, &prefix()[..2]);
        writes(&mut model, &prefix()[..1]);
    }
}

#[test]
fn a_model_that_knows_no_system_gets_the_instructions_with_the_first_question() {
    let refusing = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}\
        {% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}";
    let tiny = Tiny::new(TinyGguf::llama().template(refusing));
    let mut model = tiny.load();
    assert!(model.describe().contains("first question"));
    writes(&mut model, &prefix()[..2]);
    // A persona without examples, too.
    model
        .warm_up(&Prompt::new(&prefix()[..1], Opening::None))
        .unwrap();
}

#[test]
fn a_model_that_only_thinks_is_a_clear_error_and_nothing_is_heard() {
    let thinking = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}\
        {% if add_generation_prompt %}<assistant><think>\n{% endif %}";
    let tiny = Tiny::new(TinyGguf::llama().template(thinking));
    let mut model = tiny.load();
    model
        .prefill(&Prompt::new(&prefix()[..2], Opening::Reply), &|| false)
        .unwrap();
    let mut heard = String::new();
    let finish = model.generate(&sampling(), &|| false, &mut |output| {
        heard.push_str(output.text())
    });
    let error = finish.unwrap_err();
    assert!(
        matches!(error, LlmError::OnlyReasoning { tokens: 16 }),
        "{error}"
    );
    assert_eq!(heard, "");
    // Whoever interrupts it while it thinks is obeyed.
    model
        .prefill(&Prompt::new(&prefix()[..2], Opening::Reply), &|| false)
        .unwrap();
    let finish = model.generate(&sampling(), &|| true, &mut |_| {});
    assert_eq!(finish.unwrap(), Finish::Cancelled);
}

#[test]
fn a_reply_without_a_word_is_a_clear_error() {
    let tiny = Tiny::new(TinyGguf::llama().silent());
    let mut model = tiny.load();
    let mut ask = |opening| {
        let messages = &prefix()[..2];
        model
            .prefill(&Prompt::new(messages, opening), &|| false)
            .unwrap();
        model.generate(&sampling(), &|| false, &mut |_| {})
    };
    let error = ask(Opening::Reply).unwrap_err();
    assert!(matches!(error, LlmError::NoWords { .. }), "{error}");
    assert_eq!(error.apology(), Apology::NoAnswer);
    // What was cut off may have been complete.
    assert_eq!(ask(Opening::Unfinished).unwrap(), Finish::Complete);
}

#[test]
fn a_template_that_wants_a_question_in_every_prompt_is_not_read_ahead() {
    let wanting = "{% if messages[-1].role != 'user' %}{{ raise_exception('No user query found') }}\
        {% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}";
    for mut file in [TinyGguf::llama(), TinyGguf::mamba()] {
        let mut model = Tiny::new(file.template(wanting)).load();
        assert_eq!(
            model
                .warm_up(&Prompt::new(&prefix(), Opening::None))
                .unwrap()
                .read,
            0
        );
        writes(&mut model, &prefix()[..2]);
    }
}

#[test]
fn room_for_reasoning_is_kept_only_where_the_template_knows_of_it() {
    let thinking = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}<think>\n";
    // Tokens of a prompt that would fit beside a reply that leaves 20.
    let fits = |file: &TinyGguf| {
        let prefix = prefix();
        let prompt = Prompt::new(&prefix, Opening::None).with_room(2_048 - 20);
        let error = Tiny::new(file)
            .load()
            .prefill(&prompt, &|| false)
            .unwrap_err();
        match error {
            LlmError::TooLong { fits, .. } => fits,
            other => panic!("{other}"),
        }
    };
    assert_eq!(fits(TinyGguf::llama().template(thinking)), 4);
    assert_eq!(fits(&TinyGguf::llama()), 20);
}

#[test]
fn without_a_gpu_nothing_is_said_to_be_on_one() {
    let tiny = Tiny::new(&TinyGguf::llama());
    let config = LlamaConfig {
        gpu_layers: GpuLayers::Count(20),
        ..config(tiny.path())
    };
    let devices = vivavoce::llm::gpu::devices();
    let how = Llama::load(config).unwrap().describe();
    assert!(devices.is_empty() == how.contains("none on a GPU"), "{how}");
}

fn refused(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.gguf");
    fs::write(&path, bytes).unwrap();
    let error = Llama::load(config(path)).err().expect("it must not load");
    let error = error.to_string();
    assert!(error.contains("wrong.gguf"), "{error}");
    error
}

#[test]
fn each_file_that_cannot_be_talked_with_says_why_and_what_to_do() {
    let whole = TinyGguf::llama().bytes();
    let cases = [
        (
            TinyGguf::llama().without("tokenizer.chat_template").bytes(),
            ["carries none", "instruction-tuned"],
        ),
        (
            TinyGguf::new("bert").bytes(),
            ["embeddings", "instruction-tuned"],
        ),
        (
            TinyGguf::llama().number("llama.pooling_type", 1).bytes(),
            ["embeddings", "instruction-tuned"],
        ),
        (
            TinyGguf::new("clip").bytes(),
            ["vision part", "instruction-tuned"],
        ),
        (
            TinyGguf::llama().text("general.type", "adapter").bytes(),
            ["adapter", "instruction-tuned"],
        ),
        (
            TinyGguf::llama().number("split.no", 1).bytes(),
            ["later part", "00001-of"],
        ),
        (
            whole[..whole.len() - 5_000].to_vec(),
            ["bytes", "fetch it again"],
        ),
        (
            whole[..900].to_vec(),
            ["within its own head", "fetch it again"],
        ),
        (b"lmgg and so on".to_vec(), ["Whisper", "stt"]),
        (b"PK\x03\x04 a zip".to_vec(), ["no GGUF", "converted"]),
        (Vec::new(), ["0 bytes", "fetch it again"]),
    ];
    for (bytes, expected) in cases {
        let error = refused(&bytes);
        for words in expected {
            assert!(error.contains(words), "{words:?} is not in {error:?}");
        }
    }
}

#[test]
fn a_damaged_head_never_ends_the_program() {
    let whole = TinyGguf::llama().bytes();
    for at in (4..1_200).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("damaged.gguf");
        fs::write(&path, bytes).unwrap();
        if let Ok(head) = Gguf::read(&path) {
            let _ = (head.check(&path), head.weights(), head.cache_width());
        }
    }
}

#[test]
fn a_count_that_the_file_has_no_room_for_ends_the_reading_at_once() {
    // Arrays of numbers are skipped; whoever believed this count would be busy for centuries.
    for kind in [6u32, 5, 8] {
        let mut file = TinyGguf::llama();
        let count = (u64::MAX / 2).to_le_bytes().to_vec();
        file.value("damaged", 9, [kind.to_le_bytes().to_vec(), count].concat());
        let error = refused(&file.bytes());
        assert!(error.contains("within its own head"), "{error}");
    }
}

/// A model in two parts: the head and half of the tensors, the other half.
fn split(folder: &Path) -> [PathBuf; 2] {
    let parts = TinyGguf::llama().split();
    [1, 2].map(|n| {
        let path = folder.join(format!("tiny-0000{n}-of-00002.gguf"));
        parts[n - 1].write(&path);
        path
    })
}

#[test]
fn a_model_in_parts_is_one_model() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = split(folder.path());
    let whole = Tiny::new(&TinyGguf::llama());
    let sums = |path: &Path| {
        let (layers, rest) = Gguf::read(path).unwrap().weights();
        (layers, rest)
    };
    assert_eq!(sums(&first), sums(&whole.path()));
    let mut model = Llama::load(config(first.clone())).unwrap();
    assert_eq!(
        writes(&mut model, &prefix()[..2]),
        writes(&mut whole.load(), &prefix()[..2])
    );
    let was = identity(&first).unwrap();
    fs::File::options()
        .append(true)
        .open(&second)
        .and_then(|file| file.set_len(fs::metadata(&second)?.len() + 1))
        .unwrap();
    assert_ne!(identity(&first).unwrap(), was, "each part counts");
}

#[test]
fn a_part_that_is_missing_or_cut_off_or_misnamed_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = split(folder.path());
    let refused = |path: &Path| Llama::load(config(path.into())).err().unwrap().to_string();
    let bytes = fs::read(&second).unwrap();
    fs::write(&second, &bytes[..bytes.len() - 5_000]).unwrap();
    let error = refused(&first);
    assert!(
        error.contains("tiny-00002-of-00002.gguf") && error.contains("fetch it again"),
        "{error}"
    );
    fs::remove_file(&second).unwrap();
    let error = refused(&first);
    assert!(
        error.contains("tiny-00002-of-00002.gguf") && error.contains("missing"),
        "{error}"
    );
    let renamed = folder.path().join("renamed.gguf");
    fs::rename(&first, &renamed).unwrap();
    let error = refused(&renamed);
    assert!(error.contains("-00001-of-00002.gguf"), "{error}");
}

#[test]
fn another_file_under_the_same_name_is_another_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    let identify = |path: &Path| identity(path).unwrap();
    let mut bytes = TinyGguf::llama().bytes();
    fs::write(&path, &bytes).unwrap();
    let was = identify(&path);
    assert_eq!(identify(&path), was);
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    // As long as before, and with the same time, as if it had been copied there.
    bytes.iter_mut().skip(20_000).for_each(|byte| *byte ^= 1);
    fs::write(&path, &bytes).unwrap();
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(time).unwrap();
    assert_ne!(identify(&path), was);
}
