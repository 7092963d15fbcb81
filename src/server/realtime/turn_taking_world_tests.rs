//! Turn taking itself, with a person, a client and slow engines that do things at random times, for tests.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::strict_client::Client;
use super::testing::*;
use super::{Act, Output};
use crate::clock::Timestamp;
use crate::events::{EventKind, ReplyId, TurnId};
use crate::turn_taking::{Command, Event, TurnTaking, TurnTakingConfig};

/// It is quiet for so many steps at last, and everything ends.
const QUIET: u64 = 2_000;
/// Of a step, and of what is played in it. Milliseconds.
pub const STEP_MS: u64 = 10;
/// What the user says.
const WORDS: [&str; 6] = [
    "What is the time?",
    "And then",
    "Stop.",
    "Mm-hm.",
    "",
    "Tell me more.",
];

enum Later {
    Event(Event),
    Tell(ReplyId, EventKind),
    /// The language model wants a function called.
    Call(ReplyId),
    /// The client answers.
    Answer(Value),
    /// The client has not answered for too long.
    GiveUp(u64),
}

/// The reply that is made, or sounds.
struct Live {
    id: ReplyId,
    is_released: bool,
    /// Its first clause is made.
    is_ready: bool,
    started_ms: Option<u64>,
}

/// A conversation.
pub struct World {
    pub random: fastrand::Rng,
    machine: TurnTaking,
    pub connection: Connection,
    pub client: Client,
    later: BTreeMap<(u64, u64), Later>,
    scheduled: u64,
    live: Option<Live>,
    /// Calls so far; the session waits for the last, for this reply.
    calls: u64,
    waits: Option<ReplyId>,
    speaks_since: Option<u64>,
    now_ms: u64,
    /// How often each status, and each event, was sent.
    counts: BTreeMap<String, u32>,
}

impl World {
    /// Both sides are at their beginning.
    pub fn new(seed: u64, by_hand: bool) -> Self {
        let config = TurnTakingConfig {
            push_to_talk: by_hand,
            ..TurnTakingConfig::default()
        };
        let connection = if by_hand {
            Connection::manual()
        } else {
            Connection::new()
        };
        Self {
            random: fastrand::Rng::with_seed(seed),
            machine: TurnTaking::new(config),
            connection,
            client: Client::default(),
            later: BTreeMap::new(),
            scheduled: 0,
            live: None,
            calls: 0,
            waits: None,
            speaks_since: None,
            now_ms: 1_000,
            counts: BTreeMap::new(),
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now_ms)
    }

    fn after(&mut self, least_ms: u64, most_ms: u64, later: Later) {
        self.scheduled += 1;
        let at = self.now_ms + self.random.u64(least_ms..most_ms);
        self.later.insert((at, self.scheduled), later);
    }

    /// The client takes what was sent; the session is told what came with it.
    pub fn pass_on(&mut self, sent: &[Value]) {
        for event in sent {
            self.client.take(event);
            let mut status = event["response"]["status"].as_str().unwrap_or_default();
            if event["response"]["status_details"]["error"]["code"] == "nothing_to_answer" {
                status = "too late";
            }
            let kind = event["type"].as_str().unwrap();
            *self.counts.entry(format!("{kind} {status}")).or_default() += 1;
        }
        let outputs = std::mem::take(&mut self.connection.out);
        for output in outputs {
            if let Output::Found { call, .. } = &output {
                assert_eq!(*call, self.calls);
                let reply = self.waits.take().expect("somebody waits for it");
                *self.counts.entry("found".into()).or_default() += 1;
                self.make_words(reply);
            }
            let Output::Do(act) = output else { continue };
            match act {
                Act::Press => self.happens(Event::TalkPressed),
                Act::Release => self.happens(Event::TalkReleased),
                Act::Typed(text) => self.happens(Event::Typed(text)),
                Act::Discard | Act::Cancel => panic!("nobody asked for that"),
            }
        }
    }

    fn happens(&mut self, event: Event) {
        let mut commands = Vec::new();
        self.machine.handle(self.now(), event, &mut commands);
        for command in commands {
            self.carry_out(command);
        }
    }

    fn tell(&mut self, turn: TurnId, kind: EventKind) {
        self.connection.now_ms = self.now_ms;
        let sent = self.connection.tell(turn.0, kind);
        self.pass_on(&sent);
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Decode { turn, pause } => {
                let text = (*self.random.choice(&WORDS).unwrap()).to_owned();
                let decoded = Event::Decoded { turn, pause, text };
                self.after(20, 200, Later::Event(decoded));
            }
            Command::Score { turn, pause } => {
                let (score, took_ms) = (Some(self.random.f32()), 5.0);
                let scored = Event::Scored {
                    turn,
                    pause,
                    score,
                    took_ms,
                };
                self.after(5, 50, Later::Event(scored));
            }
            Command::Draft { reply, .. }
            | Command::DraftRest(reply)
            | Command::DraftWords { reply, .. } => self.make(reply),
            Command::Release(reply) => {
                if let Some(live) = self.live.as_mut().filter(|live| live.id == reply) {
                    live.is_released = true;
                }
            }
            Command::StopReply(reply) => {
                if self.waits.take_if(|waits| *waits == reply).is_some() {
                    self.connection.translator.call_is_over(self.calls);
                }
                let started = |live: Live| live.started_ms.is_some();
                let heard = if self
                    .live
                    .take_if(|live| live.id == reply)
                    .is_some_and(started)
                {
                    "Well".to_owned()
                } else {
                    String::new()
                };
                self.after(0, 30, Later::Event(Event::PlaybackEnded { reply, heard }));
            }
            Command::Publish(turn, kind) => self.tell(turn, kind),
            _ => {}
        }
    }

    fn make(&mut self, id: ReplyId) {
        self.live = Some(Live {
            id,
            is_released: false,
            is_ready: false,
            started_ms: None,
        });
        match self.random.u32(0..3) {
            0 => self.after(30, 300, Later::Call(id)),
            _ => self.make_words(id),
        }
    }

    fn make_words(&mut self, id: ReplyId) {
        let text = || "Well.".to_owned();
        self.after(
            30,
            300,
            Later::Tell(id, EventKind::FirstClause { text: text() }),
        );
        self.after(
            300,
            400,
            Later::Tell(id, EventKind::Clause { text: text() }),
        );
        self.after(
            400,
            900,
            Later::Tell(id, EventKind::Clause { text: text() }),
        );
    }

    /// What was to come comes; the reply sounds on.
    pub fn step(&mut self) {
        self.now_ms += STEP_MS;
        while let Some(first) = self.later.first_entry()
            && first.key().0 <= self.now_ms
        {
            match first.remove() {
                Later::Event(event) => self.happens(event),
                Later::Tell(reply, kind) => {
                    if let Some(live) = self.live.as_mut().filter(|live| live.id == reply) {
                        live.is_ready |= matches!(kind, EventKind::Clause { .. });
                        self.tell(reply.turn, kind);
                    }
                }
                Later::Call(reply) => self.call(reply),
                Later::Answer(id) => {
                    let sent = self.connection.tells(&id, "sunny");
                    self.pass_on(&sent);
                    self.asks(json!({ "type": "response.create" }));
                }
                Later::GiveUp(call) => {
                    let gave_up = self.waits.take_if(|_| self.calls == call);
                    self.connection.translator.call_is_over(call);
                    gave_up.into_iter().for_each(|reply| self.make_words(reply));
                }
            }
        }
        let sounds = self.sound();
        let sent = self
            .connection
            .play(if sounds { &SOUND } else { &SILENCE }, 1);
        self.pass_on(&sent);
        self.happens(Event::Tick);
    }

    /// A function is called, as soon as the reply may be heard. The client answers, mostly.
    fn call(&mut self, reply: ReplyId) {
        let live = self.live.as_ref().filter(|live| live.id == reply);
        let Some(live) = live else { return };
        if !live.is_released {
            return self.after(10, 30, Later::Call(reply));
        }
        self.calls += 1;
        self.waits = Some(reply);
        let sent = self.connection.calls(self.calls, "weather");
        assert!(!sent.is_empty(), "the response is open");
        let id = call_id(&sent);
        self.pass_on(&sent);
        if self.random.u32(0..4) > 0 {
            self.after(10, 1_500, Later::Answer(id));
        }
        self.after(1_000, 1_001, Later::GiveUp(self.calls));
    }

    fn sound(&mut self) -> bool {
        let (now_ms, at) = (self.now_ms, self.now());
        let Some(live) = self.live.as_mut().filter(|l| l.is_released && l.is_ready) else {
            return false;
        };
        let reply = live.id;
        match live.started_ms {
            None => {
                live.started_ms = Some(now_ms);
                self.happens(Event::PlaybackStarted { reply, at });
            }
            Some(since) if now_ms - since > 1_500 => {
                self.live = None;
                let heard = "Well. Well.".to_owned();
                self.happens(Event::PlaybackEnded { reply, heard });
                return false;
            }
            Some(_) => {}
        }
        true
    }

    /// The user begins or stops to speak, now and then.
    pub fn speak(&mut self) {
        let at = self.now();
        match self.speaks_since {
            None if self.random.u32(0..120) == 0 => {
                self.speaks_since = Some(self.now_ms);
                self.happens(Event::SpeechStarted(at));
            }
            Some(since) if self.now_ms - since > 300 && self.random.u32(0..60) == 0 => {
                self.speaks_since = None;
                let at = at - Duration::from_millis(100);
                self.happens(Event::SpeechPaused(at));
            }
            _ => {}
        }
    }

    pub fn asks(&mut self, event: Value) {
        let sent = self.connection.client(event);
        self.pass_on(&sent);
    }

    /// The client writes, now and then.
    pub fn write(&mut self) {
        if self.random.u32(0..400) == 0 && self.client.response.is_none() {
            let content = json!([{ "type": "input_text", "text": "Hello." }]);
            let item = json!({ "type": "message", "role": "user", "content": content });
            self.asks(json!({ "type": "conversation.item.create", "item": item }));
            self.asks(json!({ "type": "response.create" }));
        }
    }

    /// All is told that was begun, and no reply was left without its end.
    pub fn ends(mut self) -> BTreeMap<String, u32> {
        let at = self.now();
        if self.speaks_since.take().is_some() {
            self.happens(Event::SpeechPaused(at));
        }
        (0..QUIET).for_each(|_| self.step());
        assert_eq!((&self.client.response, &self.client.speaks), (&None, &None));
        let failed = self.counts.get("response.done failed");
        assert_eq!(failed, None, "no reply broke off");
        let ids = self.connection.translator.items.ids();
        assert_eq!(self.client.items, ids, "both sides know the same");
        self.counts
    }
}
