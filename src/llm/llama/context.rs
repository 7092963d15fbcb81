//! A context of llama.cpp, which borrows its model, together with the weights that it borrows.

use std::sync::Arc;

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::model::LlamaModel;

use crate::llm::weights::Weights;

self_cell::self_cell!(
    /// A context that keeps its weights in memory.
    pub struct Context {
        owner: Arc<Weights>,
        #[covariant]
        dependent: LlamaContext,
    }
);

impl Context {
    /// The model.
    pub fn model(&self) -> &LlamaModel {
        &self.borrow_owner().model
    }

    /// The context, to read.
    pub fn get(&self) -> &LlamaContext<'_> {
        self.borrow_dependent()
    }

    /// The context, to change.
    pub fn with<T>(&mut self, change: impl for<'a> FnOnce(&mut LlamaContext<'a>) -> T) -> T {
        self.with_dependent_mut(|_, context| change(context))
    }

    /// The context, to run: other sessions wait meanwhile.
    pub fn run<T>(&mut self, run: impl for<'a> FnOnce(&mut LlamaContext<'a>) -> T) -> T {
        self.with_dependent_mut(|weights, context| {
            let _turn = weights.take_turn();
            run(context)
        })
    }
}
