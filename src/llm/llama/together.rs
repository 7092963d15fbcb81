//! Many conversations in one context: sequence 0 holds what all prompts begin with, each place has a sequence of its
//! own that begins as a copy of it (llama.cpp shares the cells), and all are decoded in one batch.

use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;

use super::sampler::Sampler;
use super::{Llama, PROMPT_END, emit, run};
use crate::llm::speech_filter::SpeechFilter;
use crate::llm::together::{Allowed, Need, Part, Plan, groups, shared_by_all};
use crate::llm::{
    Cancelled, Finish, LanguageModel, LlmError, OnDone, Opening, Prompt, StopWords, Task, Written,
    check_room,
};

/// Tokens that must fit behind a prompt; an answer may be longer, and ends where the context does.
const ROOM: usize = 64;
/// Tokens of cache for each place, beside those of a whole context.
const CACHE: u32 = 512;

/// Conversations of a group at most. Their prompts are held at once, and what they share is read again for each group.
const GROUP: usize = 512;

/// Tokens of cache for so many conversations together, one of which may fill a whole context.
pub(super) fn cache(context: u32, places: u32) -> u32 {
    context.saturating_add(CACHE * places)
}

/// A prompt.
struct Asked {
    tokens: Vec<LlamaToken>,
    /// How its text ends.
    end: String,
    /// What may be written behind it.
    allowed: Allowed,
}

/// What so many conversations begin with is kept on disk for the next batch.
const WORTH_KEEPING_FOR: usize = 3;

impl Llama {
    /// As [`LanguageModel::answer_all`], where it was loaded for several
    /// conversations.
    pub(super) fn answer_together(
        &mut self,
        tasks: &[Task],
        cancelled: Cancelled,
        on_done: OnDone,
    ) -> Result<(), LlmError> {
        let together = self.config.together;
        for group in groups(tasks, together, GROUP.max(together)) {
            if !cancelled() {
                let answered = self.answer_group(tasks, &group, cancelled, on_done);
                // However it ended: what the sequences hold is nobody's any more.
                self.forget();
                answered?;
            }
        }
        Ok(())
    }

    /// Answers some of the tasks.
    fn answer_group(
        &mut self,
        tasks: &[Task],
        group: &[usize],
        cancelled: Cancelled,
        on_done: OnDone,
    ) -> Result<(), LlmError> {
        let mut asked = Vec::new();
        for n in group.iter().copied() {
            // With many long prompts this takes its time.
            if cancelled() {
                return Ok(());
            }
            match self.asked(&tasks[n]) {
                Ok(prompt) => asked.push((n, prompt)),
                Err(error) => on_done(n, Err(error)),
            }
        }
        let (numbers, prompts): (Vec<usize>, Vec<Asked>) = asked.into_iter().unzip();
        let shared = shared_by_all(prompts.iter().map(|prompt| prompt.tokens.as_slice()));
        let first = prompts
            .first()
            .map_or(&[][..], |first| first.tokens.as_slice());
        self.read_shared(&first[..shared])?;
        // What few have in common is another's before long.
        if prompts.len() >= WORTH_KEEPING_FOR {
            self.keep_prompt();
        }
        let need = |(n, prompt): (usize, &Asked)| Need {
            task: n,
            prompt: prompt.tokens.len() - shared,
            answer: prompt.allowed.all,
        };
        let needs = prompts.iter().enumerate().map(need).collect();
        let places = self.config.together;
        let plan = Plan::new(
            needs,
            places,
            self.config.batch,
            self.context_len() - shared,
        );
        let mut round = Round {
            plan,
            shared,
            places: (0..places).map(|_| None).collect(),
        };
        while !cancelled() {
            round.admit(self, &prompts, |n| &tasks[numbers[n]], &mut |n, error| {
                on_done(numbers[n], Err(error))
            })?;
            if !round.decode(self, &prompts, &mut |n, written| {
                on_done(numbers[n], written)
            })? {
                break;
            }
        }
        // Those that were being written when it was cancelled.
        for writing in round.places.into_iter().flatten() {
            let (n, prompt) = (writing.task, prompts[writing.task].tokens.len());
            on_done(numbers[n], writing.end(Finish::Cancelled, prompt, shared));
        }
        Ok(())
    }

    /// Tokens of one conversation.
    fn sequence_len(&self) -> usize {
        let most = self.config.context.min(self.context.model().n_ctx_train());
        most as usize
    }

    fn asked(&self, task: &Task) -> Result<Asked, LlmError> {
        let prompt = Prompt::new(&task.messages, Opening::Reply);
        let text = self.template.render(&prompt)?;
        let tokens = self.tokenize(&text);
        let room = task.sampling.max_tokens.min(ROOM);
        check_room(tokens.len(), room, self.sequence_len())?;
        let reasoning = usize::from(self.reasons) * self.config.reasoning_tokens;
        let allowed = Allowed {
            heard: task.sampling.max_tokens,
            thought: self.config.reasoning_tokens.max(1),
            all: (task.sampling.max_tokens + reasoning).min(self.sequence_len() - tokens.len()),
        };
        let end = text.floor_char_boundary(text.len().saturating_sub(PROMPT_END));
        Ok(Asked {
            tokens,
            end: text[end..].to_owned(),
            allowed,
        })
    }

    /// Reads what all prompts begin with, into sequence 0.
    fn read_shared(&mut self, shared: &[LlamaToken]) -> Result<(), LlmError> {
        self.forget();
        self.go_on_from_disk(shared)?;
        for piece in shared[self.read.len()..].chunks(self.config.batch) {
            self.decode(piece)?;
        }
        self.may_be_kept = true;
        Ok(())
    }

    /// Empties the cache.
    fn forget(&mut self) {
        self.context.with(|context| context.clear_kv_cache());
        self.read.clear();
        (self.may_be_kept, self.on_disk, self.closed_at) = (false, 0, None);
    }
}

/// An answer that is being written.
struct Writing {
    task: usize,
    sampler: Sampler,
    /// What was chosen last, and is not read yet.
    next: LlamaToken,
    /// Absent where all that is written is for whoever asked.
    filter: Option<SpeechFilter>,
    stops: StopWords,
    pending: Vec<u8>,
    /// Tokens so far, and those among them that nobody hears.
    tokens: usize,
    thought: usize,
    allowed: Allowed,
}

impl Writing {
    fn new(llama: &Llama, n: usize, task: &Task, prompt: &Asked) -> Result<Self, LlmError> {
        let (sampling, model) = (&task.sampling, llama.context.model());
        let sampler = match &task.answer {
            Some(schema) => Sampler::held_to(schema.grammar(), sampling, model)?,
            None => Sampler::new(sampling, model),
        };
        let is_free = task.answer.is_none();
        Ok(Self {
            task: n,
            sampler,
            next: LlamaToken(0),
            filter: is_free.then(|| SpeechFilter::after(&prompt.end)),
            stops: StopWords::new(&task.stops),
            pending: Vec::new(),
            tokens: 0,
            thought: 0,
            allowed: prompt.allowed,
        })
    }

    /// Takes a token's text; how the answer has ended with it, if it has.
    fn push(&mut self, piece: &[u8]) -> Option<Finish> {
        let Self {
            filter,
            stops,
            pending,
            ..
        } = self;
        pending.extend(piece);
        let mut keep = |text: &str| {
            stops.push(text);
        };
        emit(pending, false, &mut |text| match filter {
            Some(filter) => filter.push(text, &mut keep),
            None => keep(text),
        });
        self.tokens += 1;
        let filter = self.filter.as_ref();
        self.thought += usize::from(filter.is_some_and(SpeechFilter::is_thinking));
        if self.stops.is_stopped() || filter.is_some_and(SpeechFilter::is_over) {
            return Some(Finish::Complete);
        }
        let is_long = self.allowed.is_used_up(self.tokens, self.thought);
        is_long.then_some(Finish::Length)
    }

    /// The whole answer.
    fn end(mut self, finish: Finish, prompt: usize, shared: usize) -> Result<Written, LlmError> {
        let Self {
            filter,
            stops,
            pending,
            ..
        } = &mut self;
        let mut keep = |text: &str| {
            stops.push(text);
        };
        emit(pending, true, &mut |text| match filter {
            Some(filter) => filter.push(text, &mut keep),
            None => keep(text),
        });
        if let Some(filter) = filter {
            filter.finish(&mut keep);
        }
        let spoke = self.filter.as_ref().is_none_or(SpeechFilter::spoke);
        match finish {
            _ if spoke || self.stops.is_stopped() || finish == Finish::Cancelled => Ok(Written {
                text: self.stops.text().trim().to_owned(),
                finish,
                prompt,
                shared,
                tokens: self.tokens,
            }),
            Finish::Length if self.thought > 0 => Err(LlmError::OnlyReasoning {
                tokens: self.thought,
            }),
            _ => Err(LlmError::NoWords {
                reason: "it ended its reply".into(),
            }),
        }
    }
}

/// The plan and what is being written.
struct Round {
    plan: Plan,
    shared: usize,
    places: Vec<Option<Writing>>,
}

/// A place's sequence.
fn sequence(place: usize) -> i32 {
    // Places are few, and 0 is what all share.
    place as i32 + 1
}

impl Round {
    /// Lets in who waits.
    fn admit<'t>(
        &mut self,
        llama: &mut Llama,
        prompts: &[Asked],
        task: impl Fn(usize) -> &'t Task,
        refuse: &mut dyn FnMut(usize, LlmError),
    ) -> Result<(), LlmError> {
        loop {
            let admitted = self.plan.admit();
            if admitted.is_empty() {
                return Ok(());
            }
            for (place, n) in admitted {
                match Writing::new(llama, n, task(n), &prompts[n]) {
                    Ok(writing) => {
                        let copied = llama.context.with(|context| {
                            context.copy_kv_cache_seq(0, sequence(place), None, None)
                        });
                        copied.map_err(run)?;
                        self.places[place] = Some(writing);
                    }
                    Err(error) => {
                        self.plan.leave(place);
                        refuse(n, error);
                    }
                }
            }
        }
    }

    /// One batch; false if there was nothing left to do.
    fn decode(
        &mut self,
        llama: &mut Llama,
        prompts: &[Asked],
        on_done: OnDone,
    ) -> Result<bool, LlmError> {
        let parts = self.plan.round();
        if parts.is_empty() {
            return Ok(false);
        }
        let mut batch = LlamaBatch::new(llama.config.batch, 1);
        let mut outputs = Vec::new();
        for part in parts {
            let prompt = &prompts[part.task].tokens[self.shared..];
            for at in part.from..part.from + part.tokens {
                let token = match (prompt.get(at), &self.places[part.place]) {
                    (Some(token), _) => *token,
                    (None, Some(writing)) => writing.next,
                    (None, None) => continue,
                };
                let chooses = part.chooses && at + 1 == part.from + part.tokens;
                let position = (self.shared + at) as i32;
                let added = batch.add(token, position, &[sequence(part.place)], chooses);
                added.map_err(run)?;
            }
            if part.chooses {
                outputs.push((part, batch.n_tokens() - 1));
            }
        }
        let decoded = llama.context.run(|context| context.decode(&mut batch));
        decoded.map_err(run)?;
        for (part, output) in outputs {
            self.choose(llama, part, output, prompts, on_done)?;
        }
        Ok(true)
    }

    /// The next token of one answer, which may be its end.
    fn choose(
        &mut self,
        llama: &mut Llama,
        part: Part,
        output: i32,
        prompts: &[Asked],
        on_done: OnDone,
    ) -> Result<(), LlmError> {
        let Some(writing) = &mut self.places[part.place] else {
            return Ok(());
        };
        let Writing {
            sampler, pending, ..
        } = writing;
        let token = sampler.sample(&llama.context, output, pending);
        writing.next = token;
        let is_end = llama.context.model().vocab().is_eog(token);
        let finish = if is_end {
            Some(Finish::Complete)
        } else {
            writing.push(&llama.piece(token))
        };
        let Some(finish) = finish else {
            return Ok(());
        };
        if let Some(writing) = self.places[part.place].take() {
            let (task, prompt) = (writing.task, prompts[part.task].tokens.len());
            on_done(task, writing.end(finish, prompt, self.shared));
        }
        self.plan.leave(part.place);
        let place = sequence(part.place) as u32;
        let cleared = llama
            .context
            .with(|context| context.clear_kv_cache_seq(Some(place), None, None));
        cleared.map(drop).map_err(run)
    }
}
