//! Several questions at a time, each over a connection of its own.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};

use super::{Server, agent};
use crate::cancellation::{CANCELLATION_POLL, Cancelled};
use crate::llm::together::answer_one;
use crate::llm::{Finish, LlmError, OnDone, Task, Written};

/// What all connections share.
struct Work<'a> {
    tasks: &'a [Task],
    /// The next question.
    next: AtomicUsize,
    /// There is no point in going on.
    is_over: AtomicBool,
}

fn is_cut_off(written: &Written) -> bool {
    written.finish == Finish::Cancelled
}

impl Work<'_> {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

impl Server {
    /// As [`LanguageModel::answer_all`](crate::llm::LanguageModel::answer_all).
    pub(super) fn answer_together(
        &self,
        tasks: &[Task],
        cancelled: Cancelled,
        on_done: OnDone,
    ) -> Result<(), LlmError> {
        let work = Work {
            tasks,
            next: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        };
        let connections = self.config.together.min(tasks.len()).max(1);
        let (told, answers) = bounded(connections);
        thread::scope(|scope| {
            for _ in 0..connections {
                let (server, told, work) = (self.another(), told.clone(), &work);
                scope.spawn(move || server.answer_next(work, &told));
            }
            drop(told);
            let mut result = Ok(());
            loop {
                match answers.recv_timeout(CANCELLATION_POLL) {
                    // The first reason counts.
                    Ok((_, Err(error))) if error.is_for_all_questions() => {
                        work.end();
                        result = result.and(Err(error));
                    }
                    // What goes wrong with a question that is given up is nobody's trouble.
                    Ok((_, Err(_))) if work.is_over() => {}
                    // The reason is told for it.
                    Ok((_, Ok(written))) if result.is_err() && is_cut_off(&written) => {}
                    Ok((n, written)) => on_done(n, written),
                    Err(RecvTimeoutError::Timeout) if cancelled() => work.end(),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return result,
                }
            }
        })
    }

    /// Answers questions, one after the other, until none are left.
    fn answer_next(mut self, work: &Work, told: &Sender<(usize, Result<Written, LlmError>)>) {
        while !work.is_over() {
            let n = work.next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = work.tasks.get(n) else {
                return;
            };
            let written = answer_one(&mut self, task, &|| work.is_over());
            if told.send((n, written)).is_err() {
                return;
            }
        }
    }

    /// The same server over a connection of its own, so that giving one up leaves the others alone.
    fn another(&self) -> Self {
        Self {
            config: self.config.clone(),
            model: self.model.clone(),
            listed: self.listed.clone(),
            key: self.key.clone(),
            agent: agent(&self.config),
            dialect: self.dialect,
            messages: Vec::new(),
            tools: Vec::new(),
            opening: self.opening,
            answer: None,
        }
    }
}
