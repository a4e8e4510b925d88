//! Documents and file facts, memoised by kind and content.
//!
//! A fact of one text is a pure function of it, so equal files share one parse, and an editor's
//! next run parses only what changed.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

type Key = (TypeId, u32, u64);

struct Slot {
    text: Arc<str>,
    value: Arc<dyn Any + Send + Sync>,
    used: u64,
}

const SHARDS: usize = 16;

/// A store of parsed texts. Shared by the runs of one session; a run on its own has its own.
pub struct Memo {
    shards: [Mutex<HashMap<Key, Slot>>; SHARDS],
    run: AtomicU64,
}

impl Default for Memo {
    fn default() -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::new(HashMap::new())),
            run: AtomicU64::new(0),
        }
    }
}

impl Memo {
    /// What `make` makes of `text`, made once for each text, type and `dialect`.
    ///
    /// No lock is held while `make` runs: two threads may both make the same value, and the first
    /// one stored is shared.
    pub fn get<T: Send + Sync + 'static>(
        &self,
        text: &Arc<str>,
        dialect: u32,
        make: impl FnOnce(&str) -> T,
    ) -> Arc<T> {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let key = (TypeId::of::<T>(), dialect, hasher.finish());
        let shard = usize::try_from(key.2 % SHARDS as u64).unwrap_or(0);
        let run = self.run.load(Ordering::Relaxed);
        let lookup = |map: &mut HashMap<Key, Slot>| {
            let slot = map.get_mut(&key).filter(|slot| slot.text == *text)?;
            slot.used = run;
            Arc::clone(&slot.value).downcast::<T>().ok()
        };
        if let Some(found) = lookup(
            &mut self.shards[shard]
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        ) {
            return found;
        }
        let made = Arc::new(make(text));
        let mut map = self.shards[shard]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = lookup(&mut map) {
            return found;
        }
        map.insert(
            key,
            Slot {
                text: Arc::clone(text),
                value: Arc::clone(&made) as _,
                used: run,
            },
        );
        made
    }

    /// Begins a new run and forgets what the last one did not use.
    pub fn next_run(&self) {
        let run = self.run.fetch_add(1, Ordering::Relaxed);
        for shard in &self.shards {
            shard
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .retain(|_, slot| slot.used >= run);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Memo;
    use std::sync::Arc;

    #[test]
    fn makes_once_and_forgets_what_is_not_used() {
        let memo = Memo::default();
        let text: Arc<str> = "abc".into();
        let first = memo.get(&text, 0, str::len);
        let again = memo.get(&Arc::from("abc"), 0, |_| unreachable!("made before"));
        assert!(Arc::ptr_eq(&first, &again));
        assert_eq!(
            *memo.get(&text, 1, |_| 7usize),
            7,
            "another dialect is another value"
        );
        memo.next_run();
        memo.next_run();
        assert_eq!(*memo.get(&text, 0, |_| 9usize), 9, "unused for a whole run");
    }
}
