//! Many conversations, answered together: what each of them is, and the plan of which one reads or writes next.
//! Pure; `llama/together.rs` carries the plan out.
//!
//! What all prompts of a group begin with is read once. Then a round is one batch of the engine: a token of each answer that is
//! being written, and, as far as the batch has room, more of the prompts that are being read. An answer that is
//! complete leaves its place to the next conversation in the same round.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};

use super::{
    AnswerSchema, Cancelled, Finish, LanguageModel, LlmError, Message, Opening, Prompt, Sampling,
    StopWords, tokens_in,
};

/// A conversation that wants an answer.
#[derive(Debug, Clone)]
pub struct Task {
    /// What was said.
    pub messages: Vec<Message>,
    /// How the next token is chosen, and how many there may be.
    pub sampling: Sampling,
    /// Words that end the answer.
    pub stops: Vec<String>,
    /// What the answer is held to.
    pub answer: Option<AnswerSchema>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its words.
    pub text: String,
    /// How it ended.
    pub finish: Finish,
    /// Tokens of the prompt.
    pub prompt: usize,
    /// Tokens of it that were read for all together.
    pub shared: usize,
    /// Tokens of the answer, with those that nobody hears.
    pub tokens: usize,
}

/// Called with a task's number and its answer.
pub type OnDone<'a> = &'a mut dyn FnMut(usize, Result<Written, LlmError>);

/// Answers them one after the other.
pub(super) fn one_by_one<M: LanguageModel + ?Sized>(
    model: &mut M,
    tasks: &[Task],
    cancelled: Cancelled,
    on_done: OnDone,
) -> Result<(), LlmError> {
    for (n, task) in tasks.iter().enumerate() {
        if cancelled() {
            break;
        }
        match answer_one(model, task, cancelled) {
            Err(error) if error.is_for_all_questions() => return Err(error),
            written => on_done(n, written),
        }
    }
    Ok(())
}

/// Answers one.
pub(super) fn answer_one<M: LanguageModel + ?Sized>(
    model: &mut M,
    task: &Task,
    cancelled: Cancelled,
) -> Result<Written, LlmError> {
    let prompt = Prompt::new(&task.messages, Opening::Reply).held_to(task.answer.as_ref());
    let stops = RefCell::new(StopWords::new(&task.stops));
    let is_stopped = || cancelled() || stops.borrow().is_stopped();
    let mut pieces = 0;
    let (shared, finish) = match model.prefill(&prompt, cancelled)? {
        None => (0, Finish::Cancelled),
        Some(read) => {
            let finish = model.generate(&task.sampling, &is_stopped, &mut |output| {
                pieces += 1;
                stops.borrow_mut().push(output.text());
            })?;
            (read.kept, finish)
        }
    };
    let stops = stops.into_inner();
    Ok(Written {
        text: stops.text().trim().to_owned(),
        finish,
        prompt: model.count_tokens(&prompt)?,
        shared,
        tokens: tokens_in(stops.text(), pieces) as usize,
    })
}

/// How many tokens an answer may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowed {
    /// Those that are for whoever asked.
    pub heard: usize,
    /// Those of its thoughts.
    pub thought: usize,
    /// All of them: what the cache has room for. A model may think although nothing said that it would.
    pub all: usize,
}

impl Allowed {
    /// Whether an answer with so many tokens, so many of which nobody hears, is at its end.
    pub fn is_used_up(&self, tokens: usize, thought: usize) -> bool {
        tokens - thought >= self.heard || thought >= self.thought || tokens >= self.all
    }
}

/// What a conversation takes of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Need {
    /// Which conversation.
    pub task: usize,
    /// Tokens of its prompt, behind those that all share.
    pub prompt: usize,
    /// Tokens that may be written.
    pub answer: usize,
}

/// What one place does in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// The place.
    pub place: usize,
    /// The conversation.
    pub task: usize,
    /// Tokens of its prompt that are read, from this one on; of an answer that is written it is one token behind it.
    pub from: usize,
    /// How many.
    pub tokens: usize,
    /// Whether the next token is chosen behind them.
    pub chooses: bool,
}

#[derive(Debug, Clone, Copy)]
struct Taken {
    need: Need,
    /// Tokens that were read or written.
    at: usize,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Plan {
    places: Vec<Option<Taken>>,
    waiting: VecDeque<Need>,
    /// Tokens of a batch at most.
    batch: usize,
    /// Tokens of the cache that nobody has.
    free: usize,
}

impl Plan {
    /// A plan for these conversations, with so many places, tokens a batch, and tokens of cache behind those that
    /// all share. No conversation needs more than the cache has.
    pub fn new(needs: Vec<Need>, places: usize, batch: usize, cache: usize) -> Self {
        Self {
            places: vec![None; places],
            waiting: needs.into(),
            batch,
            free: cache,
        }
    }

    /// Gives free places to those who wait, in their order; which place has become whose.
    pub fn admit(&mut self) -> Vec<(usize, usize)> {
        let mut admitted = Vec::new();
        for (n, place) in self.places.iter_mut().enumerate() {
            if place.is_some() {
                continue;
            }
            let Some(next) = self.waiting.front().copied() else {
                break;
            };
            // Whoever waits first is not overtaken by a shorter one, or might wait forever.
            let Some(free) = self.free.checked_sub(next.prompt + next.answer) else {
                break;
            };
            self.free = free;
            self.waiting.pop_front();
            *place = Some(Taken { need: next, at: 0 });
            admitted.push((n, next.task));
        }
        admitted
    }

    /// What is read and written in the next batch; nothing if all is done.
    pub fn round(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut room = self.batch;
        let is_writing = |taken: &Taken| taken.at >= taken.need.prompt;
        // Those who write go first: whoever reads its last token in this round writes in the next one.
        for writes in [true, false] {
            for (place, taken) in self.places.iter_mut().enumerate() {
                let Some(taken) = taken.as_mut().filter(|taken| is_writing(taken) == writes) else {
                    continue;
                };
                let left = if writes {
                    1
                } else {
                    taken.need.prompt - taken.at
                };
                let tokens = left.min(room);
                if tokens == 0 {
                    continue;
                }
                parts.push(Part {
                    place,
                    task: taken.need.task,
                    from: taken.at,
                    tokens,
                    chooses: tokens == left,
                });
                taken.at += tokens;
                room -= tokens;
            }
        }
        parts
    }

    /// The conversation of this place is answered.
    pub fn leave(&mut self, place: usize) {
        if let Some(taken) = self.places[place].take() {
            self.free += taken.need.prompt + taken.need.answer;
        }
    }
}

/// Conversations that are the same up to their last message, in groups of at least `least`; the rest are together,
/// and the last. None has more than `most`: the prompts of a whole group are held at once.
pub(super) fn groups(tasks: &[Task], least: usize, most: usize) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (n, task) in tasks.iter().enumerate() {
        let before = task.messages.len().saturating_sub(1);
        let group = *known
            .entry(format!("{:?}", &task.messages[..before]))
            .or_insert(groups.len());
        match groups.get_mut(group) {
            Some(group) => group.push(n),
            None => groups.push(vec![n]),
        }
    }
    let (mut groups, small): (Vec<_>, Vec<_>) =
        groups.into_iter().partition(|group| group.len() >= least);
    let mut rest: Vec<usize> = small.into_iter().flatten().collect();
    if !rest.is_empty() {
        rest.sort_unstable();
        groups.push(rest);
    }
    let parts = groups.iter().flat_map(|group| group.chunks(most.max(1)));
    parts.map(<[usize]>::to_vec).collect()
}

/// Tokens that all of these begin with, and none of them ends with: the last token of a prompt is what an answer is
/// chosen behind.
pub(super) fn shared_by_all<'p, T: PartialEq + 'p>(
    mut prompts: impl Iterator<Item = &'p [T]>,
) -> usize {
    let Some(first) = prompts.next() else {
        return 0;
    };
    let mut shared = first.len().saturating_sub(1);
    for other in prompts {
        let both = first.iter().zip(other).take(shared);
        let same = both.take_while(|(a, b)| a == b).count();
        shared = same.min(other.len().saturating_sub(1));
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::Role;

    fn need(task: usize, prompt: usize, answer: usize) -> Need {
        Need {
            task,
            prompt,
            answer,
        }
    }

    /// Carries a plan out; each conversation writes what it may. Which tokens each of them read or wrote, in order,
    /// and the rounds.
    fn carry_out(
        needs: &[Need],
        places: usize,
        batch: usize,
        cache: usize,
    ) -> (Vec<Vec<usize>>, usize) {
        let mut plan = Plan::new(needs.to_vec(), places, batch, cache);
        let mut done = vec![Vec::new(); needs.len()];
        let mut used = vec![0; places];
        let mut rounds = 0;
        loop {
            plan.admit();
            let parts = plan.round();
            if parts.is_empty() {
                return (done, rounds);
            }
            rounds += 1;
            assert!(parts.iter().map(|part| part.tokens).sum::<usize>() <= batch);
            for part in parts {
                done[part.task].extend(part.from..part.from + part.tokens);
                used[part.place] += part.tokens;
                assert!(used.iter().sum::<usize>() <= cache, "the cache is full");
                let need = needs[part.task];
                assert_eq!(part.chooses, done[part.task].len() >= need.prompt);
                if done[part.task].len() == need.prompt + need.answer {
                    plan.leave(part.place);
                    used[part.place] = 0;
                }
            }
        }
    }

    #[test]
    fn each_token_is_read_or_written_once_and_in_order() {
        for seed in 0..200 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let needs: Vec<Need> = (0..rng.usize(1..30))
                .map(|task| need(task, rng.usize(1..60), rng.usize(1..20)))
                .collect();
            let (places, batch) = (rng.usize(1..8), rng.usize(8..40));
            let (done, _) = carry_out(&needs, places, batch, 80 + rng.usize(0..100));
            for (need, done) in needs.iter().zip(&done) {
                let all: Vec<usize> = (0..need.prompt + need.answer).collect();
                assert_eq!(*done, all, "seed {seed}");
            }
        }
    }

    #[test]
    fn a_place_that_becomes_free_is_taken_by_the_next() {
        let needs = [need(0, 1, 1), need(1, 1, 5), need(2, 1, 5)];
        let (_, rounds) = carry_out(&needs, 2, 8, 100);
        assert_eq!(rounds, 8, "the third begins when the first is done");
    }

    #[test]
    fn answers_go_on_while_a_long_prompt_is_read() {
        let mut plan = Plan::new(vec![need(0, 1, 9), need(1, 20, 1)], 2, 8, 100);
        plan.admit();
        plan.round();
        let parts = plan.round();
        assert_eq!((parts[0].task, parts[0].tokens), (0, 1));
        assert_eq!(
            (parts[1].task, parts[1].tokens, parts[1].chooses),
            (1, 7, false)
        );
    }

    #[test]
    fn nobody_is_let_in_for_whom_the_cache_has_no_room() {
        let mut plan = Plan::new(
            vec![need(0, 10, 10), need(1, 70, 20), need(2, 1, 1)],
            3,
            8,
            100,
        );
        assert_eq!(plan.admit(), [(0, 0)]);
        plan.leave(0);
        assert_eq!(plan.admit(), [(0, 1), (1, 2)]);
    }

    #[test]
    fn conversations_with_the_same_instructions_are_a_group_if_they_are_enough() {
        let task = |system: &str, question: &str| Task {
            messages: vec![
                Message::new(Role::System, system),
                Message::new(Role::User, question),
            ],
            sampling: Sampling::default(),
            stops: Vec::new(),
            answer: None,
        };
        let tasks = ["a", "b", "a", "c", "a"].map(|system| task(system, system));
        assert_eq!(groups(&tasks, 2, 9), [vec![0, 2, 4], vec![1, 3]]);
        assert_eq!(groups(&tasks, 2, 2), [vec![0, 2], vec![4], vec![1, 3]]);
        assert_eq!(groups(&tasks, 9, 9), [vec![0, 1, 2, 3, 4]]);
        assert!(groups(&[], 2, 9).is_empty());
    }

    #[test]
    fn the_last_token_of_a_prompt_is_not_shared() {
        let shared = |prompts: &[&[u8]]| shared_by_all(prompts.iter().copied());
        assert_eq!(shared(&[&[1, 2, 3], &[1, 2, 4, 5]]), 2);
        assert_eq!(shared(&[&[1, 2, 3], &[1, 2]]), 1);
        assert_eq!(shared(&[&[1, 2, 3]]), 2);
        assert_eq!(shared(&[]), 0);
    }

    #[test]
    fn an_answer_never_takes_more_than_the_cache_has_for_it() {
        let allowed = Allowed {
            heard: 10,
            thought: 100,
            all: 10,
        };
        assert!(!allowed.is_used_up(9, 9));
        assert!(allowed.is_used_up(10, 9), "nothing said that it thinks");
        let thinks = Allowed {
            all: 110,
            ..allowed
        };
        assert!(!thinks.is_used_up(108, 99));
        assert!(thinks.is_used_up(109, 100) && thinks.is_used_up(50, 40));
    }
}
