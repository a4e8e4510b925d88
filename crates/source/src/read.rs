//! Reading single files: only regular ones, never more than a limit.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use crate::Content;

/// The bytes of a regular file, links followed; `None` if it holds more than `limit`.
///
/// Anything but a regular file is refused before it is opened: opening a pipe waits for ever.
pub(crate) fn bytes(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// The text of a file that git wrote; what is not UTF-8 in it is replaced.
pub(crate) fn lossy(path: &Path, limit: u64) -> Option<String> {
    let bytes = bytes(path, limit).ok()??;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The content of a file to check, and why it is not a text.
pub(crate) fn content(path: &Path, max_bytes: u64) -> (Content, Option<String>) {
    match bytes(path, max_bytes) {
        Ok(Some(bytes)) => text(bytes),
        Ok(None) => {
            let size = fs::metadata(path).map_or(max_bytes.saturating_add(1), |data| data.len());
            (Content::Unreadable, Some(too_large(size, max_bytes)))
        }
        Err(error) => (
            Content::Unreadable,
            Some(refused(&format!("cannot be read ({})", error.kind()))),
        ),
    }
}

fn text(bytes: Vec<u8>) -> (Content, Option<String>) {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    match String::from_utf8(bytes) {
        Ok(text) => (Content::Text(Arc::from(text)), None),
        Err(_) if utf16 => (
            Content::Unreadable,
            Some(refused("is UTF-16 and not UTF-8")),
        ),
        Err(_) => (Content::Unreadable, Some(refused(NOT_UTF8))),
    }
}

/// Why a file was refused.
pub(crate) const NOT_UTF8: &str = "is not UTF-8";
pub(crate) const LINK_OUT: &str = "is a link out of the folder";

/// Why a file was refused, and what follows.
pub(crate) fn refused(why: &str) -> String {
    format!("{why}, so this file was not checked")
}

/// What is said of a file over the limit.
pub(crate) fn too_large(size: u64, limit: u64) -> String {
    let (mut shown, mut most) = (human(size), human(limit));
    if shown == most {
        (shown, most) = (format!("{size} bytes"), format!("{limit} bytes"));
    }
    refused(&format!("{shown} is over the limit of {most}"))
}

/// A size as people read it: at most one decimal.
fn human(size: u64) -> String {
    let (unit, name) = match size {
        0..1024 => return format!("{size} bytes"),
        1024..1_048_576 => (1024, "KiB"),
        1_048_576..1_073_741_824 => (1_048_576, "MiB"),
        _ => (1_073_741_824, "GiB"),
    };
    match (size / unit, size % unit * 10 / unit) {
        (whole, 0) => format!("{whole} {name}"),
        (whole, tenths) => format!("{whole}.{tenths} {name}"),
    }
}

/// The text of a file directly in the folder `root`, for what must be known before a tree is read
/// (the configuration). `None` if it is no file of at most 1 MiB of UTF-8.
#[must_use]
pub fn read_config(root: &Path, name: &str) -> Option<String> {
    let path = root.join(name);
    let known = fs::metadata(&path).ok()?;
    let small = known.is_file() && known.len() <= crate::Options::MAX_BYTES;
    small.then(|| fs::read_to_string(path).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::too_large;

    #[test]
    fn says_by_how_much_a_file_is_too_large() {
        let mib = 1 << 20;
        assert_eq!(
            too_large(mib * 14 / 10 + 5, mib),
            "1.4 MiB is over the limit of 1 MiB, so this file was not checked"
        );
        assert_eq!(
            too_large(mib + 1, mib),
            "1048577 bytes is over the limit of 1048576 bytes, so this file was not checked"
        );
        assert_eq!(
            too_large(2048, 10),
            "2 KiB is over the limit of 10 bytes, so this file was not checked"
        );
    }
}
