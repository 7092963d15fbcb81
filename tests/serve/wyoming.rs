//! `vivavoce serve --wyoming`: our own clients, and the reference implementation's.

use std::process::Command;

use vivavoce::language::Language;
use vivavoce::stt::{Recognizer, WyomingRecognizer};
use vivavoce::tts::{Synthesizer, WyomingVoice};

use crate::door::{self, Door};
use crate::python_package::{installed, printed};

const SENTENCE: &str = "The capital of France is Paris.";

/// A door that speaks Wyoming, and where.
fn open() -> (Door, String) {
    let door = Door::open(&["--wyoming", "0"]);
    let address = door.wyoming.clone().expect("it says where");
    (door, address)
}

/// Runs a program of the reference implementation's that is told HOST and PORT; what it printed.
fn reference(address: &str, program: &str) -> String {
    let (host, port) = address.rsplit_once(':').unwrap();
    let run = Command::new("python3")
        .env("PYTHONPATH", installed(&["wyoming==1.10.2"]))
        .args(["-c", program, host, port])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", printed(&run));
    String::from_utf8(run.stdout).unwrap()
}

/// What all programs below begin with: `ask(events, last)` gives what comes up to an event of the type `last`.
const ASK: &str = "
import asyncio, json, sys
from wyoming.client import AsyncTcpClient

def ask(events, last):
    async def run():
        async with AsyncTcpClient(sys.argv[1], int(sys.argv[2])) as client:
            for event in events:
                await client.write_event(event.event())
            answers = []
            while not answers or answers[-1].type != last:
                event = await client.read_event()
                assert event is not None, [answer.type for answer in answers]
                answers.append(event)
            return answers
    return asyncio.run(asyncio.wait_for(run(), 60))
";

fn ask(address: &str, program: &str) -> serde_json::Value {
    let printed = reference(address, &format!("{ASK}{program}"));
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
}

#[test]
fn what_its_voice_says_over_the_network_its_recognizer_understands() {
    let (_door, address) = open();
    let mut voice = WyomingVoice::new(&address, None, Language::English);
    let clip = voice.synthesize(SENTENCE).unwrap();
    assert!(clip.seconds() > 1.0, "{} s", clip.seconds());
    let mut recognizer = WyomingRecognizer::new(&address, Language::English.into(), &[]);
    recognizer.warm_up().unwrap();
    assert!(recognizer.describe().contains("vivavoce"));
    let samples = clip.at_rate(16_000).unwrap().samples;
    let heard = recognizer.transcribe(&samples, &|| false).unwrap().unwrap();
    let heard = heard.to_lowercase();
    assert!(heard.contains("capital of france is paris"), "{heard}");
}

#[test]
fn a_voice_and_a_language_that_it_lacks_are_answered_with_those_that_it_has() {
    let (_door, address) = open();
    let mut voice = WyomingVoice::new(&address, Some("amy"), Language::English);
    let error = voice.synthesize("Yes.").unwrap_err().to_string();
    assert!(
        error.contains("\"amy\"") && error.contains("en-GB"),
        "{error}"
    );
    let mut voice = WyomingVoice::new(&address, Some("de-DE"), Language::German);
    assert!(voice.synthesize("Guten Tag.").unwrap().seconds() > 0.3);
    let mut recognizer = WyomingRecognizer::new(&address, Language::German.into(), &[]);
    let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.1).sin() * 0.5).collect();
    let error = recognizer
        .transcribe(&tone, &|| false)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("\"de\"") && error.contains("--lang"),
        "{error}"
    );
}

#[test]
fn the_reference_implementation_reads_what_is_offered() {
    let (_door, address) = open();
    let offered = ask(
        &address,
        "
from wyoming.info import Describe, Info
info = Info.from_event(ask([Describe()], 'info')[-1])
tts, asr, handle = info.tts[0], info.asr[0], info.handle[0]
print(json.dumps({
    'voices': [voice.name for voice in tts.voices if voice.installed],
    'streams': tts.supports_synthesize_streaming,
    'hears': asr.models[0].languages,
    'answers': handle.models[0].languages,
    'nothing': [info.intent, info.wake, info.mic, info.snd, info.satellite],
}))",
    );
    let voices = offered["voices"].as_array().unwrap();
    assert!(voices.contains(&"en-GB".into()), "{offered}");
    assert_eq!(
        voices.len(),
        7,
        "the assistant's own and the program's: {offered}"
    );
    assert_eq!(offered["streams"], true);
    assert_eq!(offered["hears"], serde_json::json!(["en"]));
    assert_eq!(offered["answers"], serde_json::json!(["en"]));
    assert_eq!(
        offered["nothing"],
        serde_json::json!([[], [], [], [], null])
    );
}

/// As Home Assistant sends it: pieces, then the whole for servers that know no pieces.
#[test]
fn a_text_in_pieces_is_spoken_once() {
    let (door, address) = open();
    let spoken = ask(
        &address,
        "
import base64
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeVoice
voice = SynthesizeVoice(name='en-GB')
pieces = ['The capi', 'tal of France', ' is Paris.']
events = [SynthesizeStart(voice=voice), *map(SynthesizeChunk, pieces)]
events += [Synthesize(text=''.join(pieces), voice=voice), SynthesizeStop()]
answers = ask(events, 'synthesize-stopped')
chunks = [answer for answer in answers if answer.type == 'audio-chunk']
audio = b''.join(chunk.payload for chunk in chunks)
print(json.dumps({
    'types': [answer.type for answer in answers if answer.type != 'audio-chunk'],
    'rate': chunks[0].data['rate'],
    'audio': base64.b64encode(audio).decode(),
}))",
    );
    let types = serde_json::json!(["audio-start", "audio-stop", "synthesize-stopped"]);
    assert_eq!(spoken["types"], types);
    let rate_hz = spoken["rate"].as_u64().unwrap() as u32;
    let samples = door::samples(&decoded(spoken["audio"].as_str().unwrap()));
    let heard = door.words(&samples, rate_hz).to_lowercase();
    assert_eq!(heard.matches("capital of france").count(), 1, "{heard}");
}

fn decoded(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

#[test]
fn words_are_answered_and_a_language_that_is_not_spoken_is_not_handled() {
    let (_door, address) = open();
    let answered = ask(
        &address,
        "
from wyoming.asr import Transcript
from wyoming.handle import Handled, NotHandled
context = {'conversation_id': 'c1'}
first = ask([Transcript('What is the capital of France?', language='en', context=context)], 'handled')[-1]
again = ask([Transcript('And of Italy?', language='en', context=context)], 'handled')[-1]
refused = ask([Transcript('Hallo', language='de')], 'not-handled')[-1]
first, again = Handled.from_event(first), Handled.from_event(again)
print(json.dumps([first.text, first.context, again.text, NotHandled.from_event(refused).text]))",
    );
    for text in [&answered[0], &answered[2]] {
        assert!(!text.as_str().unwrap().trim().is_empty(), "{answered}");
    }
    assert_eq!(answered[1]["conversation_id"], "c1");
    assert!(
        answered[3].as_str().unwrap().contains("\"de\""),
        "{answered}"
    );
}

#[test]
fn silence_has_a_transcript_without_words() {
    let (_door, address) = open();
    let heard = ask(
        &address,
        "
from wyoming.asr import Transcribe
from wyoming.audio import AudioChunk, AudioStart, AudioStop
form = dict(rate=48000, width=2, channels=2)
events = [Transcribe(language='en'), AudioStart(**form)]
events += [AudioChunk(audio=bytes(19200), **form)] * 10
print(json.dumps(ask([*events, AudioStop()], 'transcript')[-1].data))",
    );
    assert_eq!(heard["text"], "");
}
