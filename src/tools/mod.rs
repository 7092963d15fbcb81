//! What acts: the tools that an intent or a model calls.

pub mod spoken;
