//! What is large and is loaded once, however many sessions use it.

use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Things by what they were loaded from. Each stays in memory while somebody holds it.
pub struct Shared<K, V>(Mutex<Vec<(K, Place<V>)>>);

/// Where a thing is, or will be. Who loads it holds the lock: others who want the same wait for it.
type Place<V> = Arc<Mutex<Weak<V>>>;

impl<K: PartialEq, V> Shared<K, V> {
    /// Nothing was loaded yet.
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// The one of a key: that in memory, or one that is loaded now.
    ///
    /// # Errors
    /// Those of `load`.
    pub fn get<E>(&self, key: K, load: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        let place = self.place(key);
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = place.upgrade() {
            return Ok(one);
        }
        let one = Arc::new(load()?);
        *place = Arc::downgrade(&one);
        Ok(one)
    }

    fn place(&self, key: K) -> Place<V> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, place)) = places.iter().find(|(of, _)| *of == key) {
            return Arc::clone(place);
        }
        let place = Place::default();
        places.push((key, Arc::clone(&place)));
        place
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn load(shared: &Shared<u8, u32>, key: u8, value: u32) -> Arc<u32> {
        let loaded = shared.get(key, || Ok::<u32, Infallible>(value));
        loaded.unwrap_or_else(|never| match never {})
    }

    #[test]
    fn what_somebody_holds_is_not_loaded_again() {
        let shared = Shared::new();
        let first = load(&shared, 1, 10);
        assert!(Arc::ptr_eq(&first, &load(&shared, 1, 20)));
        assert_eq!(*load(&shared, 2, 30), 30);
    }

    #[test]
    fn what_nobody_holds_is_freed_and_loaded_again() {
        let shared = Shared::new();
        drop(load(&shared, 1, 10));
        assert_eq!(*load(&shared, 1, 20), 20);
    }

    #[test]
    fn what_cannot_be_loaded_is_tried_again() {
        let shared = Shared::new();
        assert_eq!(shared.get(1, || Err::<u32, _>("no disk")), Err("no disk"));
        assert_eq!(*load(&shared, 1, 20), 20);
    }
}
