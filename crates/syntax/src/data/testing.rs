use std::thread;

use preflint_core::TextRange;

use super::{Document, NodeId, SourceMap, Value};

/// Runs `job` on the stack of a worker thread.
pub(crate) fn on_small_stack(job: impl FnOnce() + Send + 'static) {
    let worker = thread::Builder::new().stack_size(2 << 20);
    worker.spawn(job).unwrap().join().unwrap();
}

/// Asserts that every range is in bounds and on character boundaries, and every link a node.
pub(crate) fn in_bounds(text: &str, document: &Document) {
    let check = |range: TextRange| {
        assert!(
            text.get(range.to_usize()).is_some(),
            "{range:?} of {text:?}"
        );
    };
    let known = |id: NodeId| assert!((id.0 as usize) < document.nodes.len());
    document.root.into_iter().for_each(known);
    for (at, node) in document.nodes.iter().enumerate() {
        check(node.range);
        match &node.value {
            Value::Seq(items) => items.iter().copied().for_each(known),
            Value::Map(entries) => entries.iter().for_each(|entry| {
                check(entry.key_range);
                known(entry.value);
            }),
            Value::Alias(target) => assert!((target.0 as usize) < at),
            Value::Str(value) => {
                let id = NodeId(u32::try_from(at).unwrap());
                let map = SourceMap::new(text, document.node(id));
                for (offset, _) in value.char_indices().take(200) {
                    let place = map.to_file(u32::try_from(offset).unwrap());
                    assert!(text.is_char_boundary(place as usize));
                    assert!(place >= node.range.start() && place <= node.range.end());
                }
            }
            _ => {}
        }
    }
    document.comments.iter().for_each(|c| check(c.range));
    document.errors.iter().for_each(|e| check(e.range));
    assert!(document.comments.is_sorted_by_key(|c| c.range));
    assert!(document.errors.is_sorted_by_key(|e| e.range));
}
