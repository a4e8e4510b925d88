//! Hostile repositories: a run ends in seconds on a small stack, says nothing of itself, and loses
//! none of the other files' findings.

mod disk;
mod names;
mod texts;

use std::path::Path;
use std::time::Duration;

use preflint_report::Format;
use rayon::ThreadPoolBuilder;

use crate::support::{BROKEN_PLACES, cold, disk as read, on_stack, places_of, rendered};

/// The smallest stack that a thread of a program is given by default.
const STACK: usize = 2 << 20;
/// Generous: it is seconds in a debug build on a busy machine.
const LIMIT: Duration = Duration::from_secs(100);

/// What a run over the repository tells, in every format, and its places.
struct Survived {
    texts: Vec<String>,
    places: Vec<String>,
}

/// Runs over `root` with small stacks only.
fn survive(root: &Path) -> Survived {
    let root = root.to_owned();
    on_stack(STACK, LIMIT, move || {
        let pool = ThreadPoolBuilder::new()
            .num_threads(2)
            .stack_size(STACK)
            .build()
            .unwrap();
        let texts = pool.install(|| {
            let tree = read(&root);
            let run = cold(&tree, &preflint_rules::all());
            let texts = Format::ALL.map(|format| rendered(format, &run.outcome, &tree));
            assert_eq!(run.internal_errors, 0, "{}", texts[1]);
            texts.to_vec()
        });
        let places = places_of(&texts[2]);
        Survived { texts, places }
    })
}

/// [`survive`]; everything that the other files are to be told is told.
fn loses_nothing(root: &Path) -> Survived {
    let survived = survive(root);
    for place in BROKEN_PLACES {
        assert!(
            survived.places.iter().any(|found| found == place),
            "{place} is lost: {:?}",
            survived.places
        );
    }
    survived
}
