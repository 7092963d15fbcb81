//! The session object: what a client may set, and what is in effect.

use serde_json::{Map, Value, json};

use super::fields::{given, number, object, wrong};
use super::{RATE, Refusal, tools};
use crate::language::Language;
use crate::tool_call::ToolDefinition;

/// Bytes of the instructions.
const LONGEST_INSTRUCTIONS: usize = 64 * 1024;
/// Silence that ends a turn: fewer cuts every breath off, more is a broken line. Milliseconds.
const SILENCE_MS: (f64, f64) = (100.0, 10_000.0);
/// What the API has if nothing is given. Milliseconds.
const DEFAULT_SILENCE_MS: u32 = 500;
/// Speeds of the voice, as the API has them.
const SPEEDS: (f64, f64) = (0.25, 1.5);
/// The voices here are not slower.
const SLOWEST: f64 = 0.5;
/// Fields of a session in the API's beta; set there, they would do nothing.
const BETA: [&str; 8] = [
    "modalities",
    "voice",
    "input_audio_format",
    "output_audio_format",
    "input_audio_transcription",
    "turn_detection",
    "temperature",
    "max_response_output_tokens",
];

/// How soon a turn is over where the sound and the words decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eagerness {
    /// For people who think while they speak.
    Low,
    /// Also called auto.
    Medium,
    /// Answers fast.
    High,
}

/// What ends the user's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnEnd {
    /// [`super::Act::Press`] and [`super::Act::Release`]: the client's own turn detection.
    Key,
    /// Silence, whatever was said.
    Silence {
        /// Milliseconds.
        ms: u32,
    },
    /// Sound and words.
    Meaning(Eagerness),
}

/// What of a session a client has set.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Instructions to the language model; `None`: those of the persona.
    pub instructions: Option<String>,
    /// What ends the user's turn.
    pub turn_end: TurnEnd,
    /// Speed of the voice, in percent of its own.
    pub speed_percent: u16,
    /// What the user speaks; `None`: the server's.
    pub language: Option<Language>,
    /// The client's functions that the language model may call: [`super::Translator::call`].
    pub tools: Vec<ToolDefinition>,
}

/// In what a response comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Modality {
    Audio,
    Text,
}

impl Modality {
    /// As the API writes it.
    pub fn to_json(self) -> Value {
        match self {
            Self::Audio => json!(["audio"]),
            Self::Text => json!(["text"]),
        }
    }

    /// # Errors
    /// It is neither.
    pub fn read(value: &Value, param: &str) -> Result<Self, Refusal> {
        let words: Option<Vec<&str>> = value
            .as_array()
            .and_then(|words| words.iter().map(Value::as_str).collect());
        match words.as_deref() {
            Some(["audio"]) => Ok(Self::Audio),
            Some(["text"]) => Ok(Self::Text),
            _ => Err(wrong(param, "[\"audio\"] or [\"text\"]")),
        }
    }
}

/// The session as it is in effect.
#[derive(Debug, Clone)]
pub(super) struct Session {
    id: String,
    model: String,
    pub voice: String,
    pub settings: Settings,
    pub modality: Modality,
    /// Whether the user's words are told.
    pub transcribes: bool,
    /// The client's functions.
    tools: Vec<ToolDefinition>,
    /// Whether they may be called.
    may_call: bool,
}

impl Session {
    pub fn new(id: String, model: &str, voice: &str) -> Self {
        Self {
            id,
            model: model.to_owned(),
            voice: voice.to_owned(),
            settings: Settings {
                instructions: None,
                turn_end: TurnEnd::Meaning(Eagerness::Medium),
                speed_percent: 100,
                language: None,
                tools: Vec::new(),
            },
            modality: Modality::Audio,
            transcribes: true,
            tools: Vec::new(),
            may_call: true,
        }
    }

    /// The session after `session.update`.
    ///
    /// # Errors
    /// A value is wrong, or is one that this server cannot do.
    pub fn updated(&self, update: &Map<String, Value>) -> Result<Self, Refusal> {
        let mut session = self.clone();
        if let Some(field) = BETA.iter().find(|field| update.contains_key(**field)) {
            return Err(Refusal::of(
                format!("session.{field}"),
                "unknown_parameter",
                format!(
                    "{field} is of the beta protocol; this server speaks the GA one: see session.audio"
                ),
            ));
        }
        if let Some(kind) = given(update, "type")
            && kind != "realtime"
        {
            return Err(wrong(
                "session.type",
                "\"realtime\"; transcription sessions are not supported",
            ));
        }
        if let Some(text) = given(update, "instructions") {
            let text = text.as_str().filter(|t| t.len() <= LONGEST_INSTRUCTIONS);
            let text = text.ok_or_else(|| {
                let expected = format!("a text of at most {LONGEST_INSTRUCTIONS} bytes");
                wrong("session.instructions", &expected)
            })?;
            session.settings.instructions = Some(text.to_owned()).filter(|t| !t.trim().is_empty());
        }
        if let Some(modalities) = given(update, "output_modalities") {
            session.modality = Modality::read(modalities, "session.output_modalities")?;
        }
        session.update_tools(update)?;
        check_without_effect(update)?;
        if let Some(audio) = object(update, "session", "audio")? {
            if let Some(input) = object(audio, "session.audio", "input")? {
                session.update_input(input)?;
            }
            if let Some(output) = object(audio, "session.audio", "output")? {
                session.update_output(output)?;
            }
        }
        Ok(session)
    }

    fn update_tools(&mut self, update: &Map<String, Value>) -> Result<(), Refusal> {
        if let Some(tools) = given(update, "tools") {
            self.tools = tools::read(tools)?;
        }
        if let Some(choice) = given(update, "tool_choice") {
            self.may_call = tools::read_choice(choice)?;
        }
        self.settings.tools = if self.may_call {
            self.tools.clone()
        } else {
            Vec::new()
        };
        Ok(())
    }

    fn update_input(&mut self, input: &Map<String, Value>) -> Result<(), Refusal> {
        let path = "session.audio.input";
        check_format(input, path)?;
        object(input, path, "noise_reduction")?;
        match input.get("turn_detection") {
            None => {}
            Some(Value::Null) => self.settings.turn_end = TurnEnd::Key,
            Some(_) => {
                if let Some(detection) = object(input, path, "turn_detection")? {
                    self.settings.turn_end = turn_end(detection)?;
                }
            }
        }
        match input.get("transcription") {
            None => {}
            Some(Value::Null) => self.transcribes = false,
            Some(_) => {
                if let Some(transcription) = object(input, path, "transcription")? {
                    self.settings.language = language(transcription)?;
                    self.transcribes = true;
                }
            }
        }
        Ok(())
    }

    fn update_output(&mut self, output: &Map<String, Value>) -> Result<(), Refusal> {
        let path = "session.audio.output";
        check_format(output, path)?;
        if let Some(voice) = given(output, "voice")
            && !voice.is_string()
            && !voice.is_object()
        {
            return Err(wrong("session.audio.output.voice", "a name"));
        }
        if let Some(speed) = number(output, path, "speed", SPEEDS)? {
            // All within these bounds fits.
            self.settings.speed_percent = (speed.max(SLOWEST) * 100.0).round() as u16;
        }
        Ok(())
    }

    /// As it is sent.
    pub fn to_json(&self) -> Value {
        let settings = &self.settings;
        let format = audio_format();
        let transcription = self.transcribes.then(|| {
            json!({
                "model": self.model,
                "language": settings.language.map(Language::code),
            })
        });
        json!({
            "id": self.id,
            "object": "realtime.session",
            "type": "realtime",
            "model": self.model,
            "output_modalities": self.modality.to_json(),
            "instructions": settings.instructions.as_deref().unwrap_or_default(),
            "audio": {
                "input": {
                    "format": format,
                    "transcription": transcription,
                    "noise_reduction": null,
                    "turn_detection": turn_detection(settings.turn_end),
                },
                "output": {
                    "format": format,
                    "voice": self.voice,
                    "speed": f64::from(settings.speed_percent) / 100.0,
                },
            },
            "tools": self.tools.iter().map(tools::to_json).collect::<Vec<_>>(),
            "tool_choice": if self.may_call { "auto" } else { "none" },
            "max_output_tokens": "inf",
            "tracing": null,
            "truncation": "auto",
            "prompt": null,
        })
    }
}

/// The only format of audio.
pub(super) fn audio_format() -> Value {
    json!({ "type": "audio/pcm", "rate": RATE })
}

fn turn_detection(turn_end: TurnEnd) -> Value {
    match turn_end {
        TurnEnd::Key => Value::Null,
        TurnEnd::Silence { ms } => json!({
            "type": "server_vad",
            "threshold": 0.5,
            "prefix_padding_ms": 300,
            "silence_duration_ms": ms,
            "idle_timeout_ms": null,
            "create_response": true,
            "interrupt_response": true,
        }),
        TurnEnd::Meaning(eagerness) => json!({
            "type": "semantic_vad",
            "eagerness": match eagerness {
                Eagerness::Low => "low",
                Eagerness::Medium => "auto",
                Eagerness::High => "high",
            },
            "create_response": true,
            "interrupt_response": true,
        }),
    }
}

fn turn_end(detection: &Map<String, Value>) -> Result<TurnEnd, Refusal> {
    let path = "session.audio.input.turn_detection";
    for field in ["create_response", "interrupt_response"] {
        if let Some(wanted) = given(detection, field)
            && wanted != true
        {
            return Err(wrong(
                &format!("{path}.{field}"),
                "true; this server always answers a turn, and lets the user interrupt: set \
                 turn_detection to null to decide that yourself",
            ));
        }
    }
    match given(detection, "type").and_then(Value::as_str) {
        Some("server_vad") => {
            number(detection, path, "threshold", (0.0, 1.0))?;
            number(detection, path, "prefix_padding_ms", (0.0, 10_000.0))?;
            if given(detection, "idle_timeout_ms").is_some() {
                let param = format!("{path}.idle_timeout_ms");
                return Err(wrong(&param, "null; idle timeouts are not supported"));
            }
            let ms = number(detection, path, "silence_duration_ms", SILENCE_MS)?;
            Ok(TurnEnd::Silence {
                ms: ms.map_or(DEFAULT_SILENCE_MS, |ms| ms as u32),
            })
        }
        Some("semantic_vad") => {
            let eagerness = given(detection, "eagerness").map(Value::as_str);
            Ok(TurnEnd::Meaning(match eagerness {
                None | Some(Some("medium" | "auto")) => Eagerness::Medium,
                Some(Some("low")) => Eagerness::Low,
                Some(Some("high")) => Eagerness::High,
                Some(_) => {
                    let param = format!("{path}.eagerness");
                    return Err(wrong(&param, "\"low\", \"medium\", \"high\" or \"auto\""));
                }
            }))
        }
        _ => {
            let param = format!("{path}.type");
            Err(wrong(&param, "\"server_vad\" or \"semantic_vad\""))
        }
    }
}

fn language(transcription: &Map<String, Value>) -> Result<Option<Language>, Refusal> {
    let Some(code) = given(transcription, "language") else {
        return Ok(None);
    };
    let param = "session.audio.input.transcription.language";
    let code = code.as_str().ok_or_else(|| wrong(param, "a code"))?;
    let language = code.parse();
    language
        .map(Some)
        .map_err(|message: String| Refusal::of(param, "invalid_value", message))
}

fn check_format(audio: &Map<String, Value>, path: &str) -> Result<(), Refusal> {
    let Some(format) = object(audio, path, "format")? else {
        return Ok(());
    };
    let expected = format!("audio/pcm at {RATE} Hz, the only format of this server");
    if given(format, "type").and_then(Value::as_str) != Some("audio/pcm") {
        return Err(wrong(&format!("{path}.format.type"), &expected));
    }
    match given(format, "rate") {
        Some(rate) if rate.as_f64() != Some(f64::from(RATE)) => {
            Err(wrong(&format!("{path}.format.rate"), &expected))
        }
        _ => Ok(()),
    }
}

/// What is accepted without effect is to be right all the same.
fn check_without_effect(update: &Map<String, Value>) -> Result<(), Refusal> {
    match given(update, "max_output_tokens") {
        Some(Value::String(text)) if text != "inf" => {}
        Some(Value::String(_)) | None => return Ok(()),
        Some(value) if value.as_u64().is_some_and(|n| n > 0) => return Ok(()),
        Some(_) => {}
    }
    Err(wrong(
        "session.max_output_tokens",
        "a whole number above 0, or \"inf\"",
    ))
}
