//! What was said in the latest conversations, so that each goes on where it was. Pure.

use std::collections::VecDeque;

/// Which conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conversation {
    /// One that a client has a name for; it may go on over another connection.
    Named(String),
    /// All that comes over a connection.
    Connection(u64),
}

/// More of them are not kept: the one that was quiet the longest is forgotten.
const MOST: usize = 32;

/// Conversations that nobody is at work on.
pub struct Conversations<T>(VecDeque<(Conversation, T)>);

impl<T> Default for Conversations<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Conversations<T> {
    /// What is known of a conversation, to be given back with [`Conversations::put`].
    pub fn take(&mut self, which: &Conversation) -> Option<T> {
        let place = self.0.iter().position(|(known, _)| known == which)?;
        self.0.remove(place).map(|(_, what)| what)
    }

    /// Keeps a conversation as the latest.
    pub fn put(&mut self, which: Conversation, what: T) {
        self.take(&which);
        self.0.push_back((which, what));
        if self.0.len() > MOST {
            self.0.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_goes_on_where_it_was() {
        let mut known = Conversations::default();
        known.put(Conversation::Named("a".into()), 1);
        known.put(Conversation::Connection(1), 2);
        assert_eq!(known.take(&Conversation::Named("a".into())), Some(1));
        assert_eq!(known.take(&Conversation::Named("a".into())), None);
        assert_eq!(known.take(&Conversation::Connection(1)), Some(2));
    }

    #[test]
    fn the_one_that_was_quiet_the_longest_is_forgotten() {
        let mut known = Conversations::default();
        for number in 0..MOST as u64 {
            known.put(Conversation::Connection(number), number);
        }
        known.put(Conversation::Connection(0), 0);
        known.put(Conversation::Named("new".into()), 99);
        assert_eq!(known.take(&Conversation::Connection(1)), None);
        assert_eq!(known.take(&Conversation::Connection(0)), Some(0));
    }
}
