//! The commands of the program.

pub mod bench;
pub mod doctor;
pub mod models;
pub mod screen;
pub mod sound;
pub mod speech;
pub mod talk;
pub mod view;
