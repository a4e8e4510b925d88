//! Damaged files of git never stop a run.

use std::fs;
use std::thread;

use super::{Repo, notices};
use crate::{Head, index};

/// A fixed sequence that looks random.
struct Noise(u64);

impl Noise {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % below.max(1)
    }
}

fn in_small_stack(job: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(2 << 20).spawn(job);
    thread.unwrap().join().unwrap();
}

fn damaged(bytes: &[u8], noise: &mut Noise) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if noise.next(2) == 0 {
        bytes.truncate(noise.next(bytes.len()));
    }
    for _ in 0..noise.next(4) {
        let at = noise.next(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte = u8::try_from(noise.next(256)).unwrap();
        }
    }
    bytes
}

#[test]
fn damaged_indexes_are_told_or_read() {
    in_small_stack(|| {
        let mut noise = Noise(7);
        for version in ["2", "4"] {
            let repo = Repo::init(&[]);
            for n in 0..20 {
                repo.write(&format!("folder/{n}/file"), "x");
            }
            repo.commit();
            repo.git(&["update-index", "--index-version", version]);
            let bytes = fs::read(repo.path().join(".git/index")).unwrap();
            assert_eq!(index::parse(&bytes, 20).unwrap().len(), 20);
            for _ in 0..3000 {
                let _ = index::parse(&damaged(&bytes, &mut noise), 20);
                let _ = index::parse(&damaged(&bytes, &mut noise), 32);
            }
            for len in 0..bytes.len() {
                // A cut just behind the entries looks like an index without extensions.
                let cut = index::parse(&bytes[..len], 20);
                assert!(cut.is_err() || cut == index::parse(&bytes, 20), "{len}");
            }
        }
    });
}

#[test]
fn hostile_indexes_are_refused() {
    in_small_stack(|| {
        let entry = |version: u32, path: &[u8]| {
            let mut bytes = b"DIRC".to_vec();
            bytes.extend(version.to_be_bytes());
            bytes.extend(1_u32.to_be_bytes());
            let start = bytes.len();
            bytes.extend([0; 24]);
            bytes.extend(0o100_644_u32.to_be_bytes());
            bytes.extend([0; 34]);
            bytes.extend(path);
            bytes.push(0);
            while version < 4 && !(bytes.len() - start).is_multiple_of(8) {
                bytes.push(0);
            }
            bytes.extend([0; 20]);
            bytes
        };
        let count = |version, path: &[u8]| index::parse(&entry(version, path), 20).map(|i| i.len());
        assert_eq!(count(2, b"a/b"), Ok(1));
        for path in [
            b"../x".as_slice(),
            b"/etc/passwd",
            b"a/.git/config",
            b"a//b",
            b"\xff",
            b"",
        ] {
            assert_eq!(count(2, path), Ok(0));
        }
        assert!(count(2, &[b'a'; 5000]).is_err());
        assert!(count(4, &[0xff; 30]).is_err());
        assert!(count(4, b"\x05a").is_err());
        assert!(count(9, b"a").is_err());
        let mut many = entry(2, b"a");
        many[8..12].copy_from_slice(&u32::MAX.to_be_bytes());
        assert!(index::parse(&many, 20).is_err());
    });
}

#[test]
fn garbage_in_gits_files_is_survived() {
    let repo = Repo::init(&[]);
    repo.write("a", "");
    repo.commit();
    repo.git(&["branch", "b"]);
    repo.git(&["pack-refs", "--all"]);
    let mut noise = Noise(3);
    for name in [".git/HEAD", ".git/packed-refs", ".git/config", ".git/index"] {
        let good = fs::read(repo.path().join(name)).unwrap();
        for _ in 0..60 {
            repo.write(name, damaged(&good, &mut noise));
            let tree = repo.tree();
            assert!(tree.find("a").is_some());
        }
        repo.write(name, &good);
    }
    repo.write(".git/index", "DIRC");
    repo.write(".git/HEAD", "ref: refs/heads/../../x");
    let tree = repo.tree();
    assert_eq!(tree.git().head, Head::Unknown);
    assert_eq!(
        notices(&tree),
        ["git-unknown : git's index is cut short, so it is unknown which files are tracked"]
    );
}
