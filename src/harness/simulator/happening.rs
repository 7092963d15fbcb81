//! What happens when its time has come, and what the scripted parts are sent then.

use super::*;

/// The user goes over to another language, or says which it was, so often. Of 256.
const GOES_OVER: u8 = 32;

impl World {
    pub(super) fn happen(&mut self, happening: Happening) -> Result<(), Broken> {
        match happening {
            Happening::User => {
                self.choices.next_act();
                if let Some((_, action)) = self.script.next() {
                    self.note("user", &format!("{action:?}"));
                    self.act(action);
                }
                self.next_action();
                Ok(())
            }
            Happening::Event(event) => {
                self.note("event", &format!("{event:?}"));
                self.take(event)
            }
            Happening::Agent(input) => {
                self.note("agent", &format!("{input:?}"));
                self.take_for_agent(input)
            }
            Happening::Helped(id) => self.helped(id),
            Happening::Crowded(messages) => self.take_for_agent(agent::Input::Crowded {
                tokens: messages,
                fits: messages - 1,
            }),
            Happening::Heard(text) => {
                self.said.push((self.now, text));
                Ok(())
            }
            Happening::Partial(turn) => {
                let text = self.transcript();
                self.take(Event::Partial { turn, text })
            }
            Happening::Decoded(turn, pause, text) => self.decoded(turn, pause, text),
            Happening::Wants(reply) => self.wants(reply),
            Happening::BrokenOff(reply) => {
                let failure = self.failure();
                self.note("language model", &format!("{reply:?}: {failure:?}"));
                let began = !self.retried.contains(&reply);
                let failed = agent::Input::Failed {
                    reply,
                    failure,
                    began,
                };
                self.take_for_agent(failed)
            }
            Happening::Clause(reply, words, more) => self.clause_made(reply, words, more),
        }
    }

    fn decoded(&mut self, turn: TurnId, pause: u32, text: String) -> Result<(), Broken> {
        self.note(
            "recognizer",
            &format!("turn {turn} pause {pause}: {text:?}"),
        );
        if self.choices.of_256(GOES_OVER) && text.contains(' ') {
            let languages = [Language::English, Language::German];
            let language = languages[self.choices.usize(0..languages.len())];
            self.note("recognizer", &format!("{language}"));
            self.take(Event::Spoken(language))?;
        }
        self.take(Event::Decoded { turn, pause, text })
    }

    fn clause_made(&mut self, reply: ReplyId, words: usize, more: u32) -> Result<(), Broken> {
        let cancelled = !self.conductor.live.is(reply);
        self.speak(reply, words, more);
        if more == 0 || cancelled {
            self.take_for_agent(agent::Input::Written {
                reply,
                cancelled,
                began: true,
                calls: Vec::new(),
            })?;
        }
        self.playback.poll();
        self.take_reports()
    }

    /// Gives the scripted engines what the executor sent them, and checks it.
    pub(super) fn after_commands(&mut self) -> Result<(), Broken> {
        self.check_queues()?;
        self.watch_published()?;
        while let Ok(input) = self.sent.recognizer.try_recv() {
            self.recognize(input)?;
        }
        while let Ok(input) = self.sent.endpointing.try_recv() {
            self.score(&input);
        }
        while let Ok(input) = self.sent.speaker.try_recv() {
            self.tell_voice(&input);
        }
        while let Ok(input) = self.sent.language_model.try_recv() {
            self.think(input)?;
        }
        while let Ok(control) = self.sent.front_end.try_recv() {
            let deafened = control == CaptureControl::StopListeningOverReplies;
            self.totals.deafened += u64::from(deafened);
        }
        // After the language model: a draft is begun before it is released.
        while let Ok(control) = self.sent.playback.try_recv() {
            self.pass_to_playback(control)?;
        }
        // After playback: what acts waits for the release.
        while let Ok(input) = self.sent.tools.try_recv() {
            self.act_on(input)?;
        }
        while let Ok((reply, call)) = self.sent.external_tools.try_recv() {
            self.call_external(reply, &call)?;
        }
        while let Ok(question) = self.sent.helper.try_recv() {
            self.ask_helper(&question)?;
        }
        Ok(())
    }

    fn check_queues(&self) -> Result<(), Broken> {
        let lengths = [
            self.conductor.recognizer.len(),
            self.conductor.endpointing.len(),
            self.conductor.language_model.len(),
            self.conductor.playback.len(),
            self.clauses.len(),
        ];
        if lengths.iter().any(|length| *length > QUEUE / 2) {
            return Property::QueuesStaySmall.broken(format!("they hold {lengths:?}"));
        }
        Ok(())
    }

    fn score(&mut self, input: &EndpointingInput) {
        if let EndpointingInput::Score { turn, pause, .. } = *input {
            let at = self.now + self.machine.takes(&mut self.choices, 40, 70);
            let score = (!self.machine.fails(&mut self.choices)).then(|| self.choices.f32());
            let scored = Event::Scored {
                turn,
                pause,
                score,
                took_ms: 0.0,
            };
            self.schedule(at, Happening::Event(scored));
        }
    }

    fn pass_to_playback(&mut self, control: PlaybackControl) -> Result<(), Broken> {
        match &control {
            PlaybackControl::Release(reply) => self.invariants.released(self.now, *reply)?,
            PlaybackControl::Stop(reply) => self.invariants.stopped(self.now, *reply),
            PlaybackControl::Attach(_)
            | PlaybackControl::Play(..)
            | PlaybackControl::Chime(_)
            | PlaybackControl::Volume(_)
            | PlaybackControl::UserVolume(_) => {}
        }
        let _ = self.control.try_send(control);
        Ok(())
    }

    fn watch_published(&mut self) -> Result<(), Broken> {
        let events = std::mem::take(
            &mut *self
                .published
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        for SessionEvent { turn, kind, .. } in events {
            self.note("says", &format!("{turn:?} {kind:?}"));
            if let Some(turn) = turn {
                self.invariants.published(turn, &kind)?;
            }
            match &kind {
                EventKind::TurnEnded { .. } => self.totals.answered += 1,
                EventKind::DraftStarted { .. } => self.totals.drafts += 1,
                EventKind::DraftRolledBack { .. } => self.totals.rolled_back += 1,
                EventKind::Interrupted { .. } => self.totals.interrupted += 1,
                EventKind::Unducked { .. } => self.totals.went_on += 1,
                EventKind::GivenWords { .. } => self.totals.helped += 1,
                _ => {}
            }
        }
        (self.also)(&self.totals)
    }
}
