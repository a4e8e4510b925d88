//! Git's index, versions 2 to 4: <https://git-scm.com/docs/index-format>.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::sync::Arc;

use crate::paths::MAX_PATH;

/// The largest index that is read, in bytes: about half a million files.
pub(crate) const MAX_BYTES: u64 = 64 << 20;
/// The most bytes of paths that an index may stand for: version 4 compresses them.
const MAX_PATH_BYTES: usize = 128 << 20;

/// What is tracked, by path.
pub(crate) type Index = BTreeMap<Arc<str>, Tracked>;

/// A tracked path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tracked {
    pub(crate) kind: Kind,
    /// Whether it may be missing on disk, as in a sparse checkout.
    pub(crate) skip_worktree: bool,
}

/// What is at a tracked path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Executable,
    Symlink,
    Submodule,
}

/// Why an index tells nothing, in words that follow "git's index".
pub(crate) type Unknown = &'static str;

const CUT_SHORT: Unknown = "is cut short";
const SPLIT: Unknown = "is split in two files";
const SPARSE: Unknown = "holds folders in place of files";

/// Read an index whose object names have `hash_len` bytes.
pub(crate) fn parse(bytes: &[u8], hash_len: usize) -> Result<Index, Unknown> {
    let mut reader = Reader { rest: bytes };
    if reader.take(4)? != b"DIRC" {
        return Err("is no index");
    }
    let version = reader.u32()?;
    if !(2..=4).contains(&version) {
        return Err("has an unknown version");
    }
    let count = reader.u32()?;
    let mut index = Index::new();
    let mut path = Vec::new();
    let mut path_bytes = 0;
    for _ in 0..count {
        let entry = reader.entry(version, hash_len, &mut path)?;
        path_bytes += path.len();
        if path.len() > MAX_PATH || path_bytes > MAX_PATH_BYTES {
            return Err("holds paths that are too long");
        }
        if let Some(path) = std::str::from_utf8(&path).ok().filter(|path| is_safe(path)) {
            index.insert(path.into(), entry);
        }
    }
    reader.extensions(hash_len)?;
    Ok(index)
}

/// Whether a path stays below the root and out of git's own files.
fn is_safe(path: &str) -> bool {
    let normal = |part: &str| !matches!(part, "" | "." | ".." | ".git");
    path.split('/').all(normal)
        && Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], Unknown> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(CUT_SHORT)?;
        self.rest = rest;
        Ok(taken)
    }

    fn u16(&mut self) -> Result<u16, Unknown> {
        let bytes = self.take(2)?.try_into().map_err(|_| CUT_SHORT)?;
        Ok(u16::from_be_bytes(bytes))
    }

    fn u32(&mut self) -> Result<u32, Unknown> {
        let bytes = self.take(4)?.try_into().map_err(|_| CUT_SHORT)?;
        Ok(u32::from_be_bytes(bytes))
    }

    /// The next entry; `path` holds the path before and then that of the entry.
    fn entry(&mut self, version: u32, hash: usize, path: &mut Vec<u8>) -> Result<Tracked, Unknown> {
        let before = self.rest.len();
        self.take(24)?;
        let mode = self.u32()?;
        self.take(12 + hash)?;
        let flags = self.u16()?;
        let more = if flags & 0x4000 != 0 { self.u16()? } else { 0 };
        if version == 4 {
            let dropped = self.offset()?;
            let kept = path.len().checked_sub(dropped).ok_or("is damaged")?;
            path.truncate(kept);
        } else {
            path.clear();
        }
        let end = self.rest.iter().position(|byte| *byte == 0);
        path.extend_from_slice(self.take(end.ok_or(CUT_SHORT)?)?);
        self.take(1)?;
        if version != 4 {
            // Entries are filled up with zeros to a multiple of eight, the one taken among them.
            let len = before - self.rest.len();
            self.take(len.next_multiple_of(8) - len)?;
        }
        let kind = match mode & 0o170_000 {
            0o120_000 => Kind::Symlink,
            0o160_000 => Kind::Submodule,
            0o040_000 => return Err(SPARSE),
            _ if mode & 0o100 != 0 => Kind::Executable,
            _ => Kind::File,
        };
        Ok(Tracked {
            kind,
            skip_worktree: more & 0x4000 != 0,
        })
    }

    /// A length as pack files write offsets.
    fn offset(&mut self) -> Result<usize, Unknown> {
        let mut value = 0_usize;
        loop {
            let byte = *self.take(1)?.first().ok_or(CUT_SHORT)?;
            value |= usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
            value = value
                .checked_add(1)
                .and_then(|value| value.checked_mul(128))
                .filter(|value| *value <= MAX_PATH * 128)
                .ok_or("is damaged")?;
        }
    }

    /// Pass over the extensions, unless one means that the entries are not all there is.
    fn extensions(&mut self, hash_len: usize) -> Result<(), Unknown> {
        while self.rest.len() > hash_len {
            let name = self.take(4)?;
            let len = self.u32()? as usize;
            self.take(len)?;
            match name {
                b"link" => return Err(SPLIT),
                b"sdir" => return Err(SPARSE),
                _ => {}
            }
        }
        self.take(hash_len)?;
        Ok(())
    }
}
