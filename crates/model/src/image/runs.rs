use crate::Repository;
use crate::compose::Composes;
use crate::host::Hosts;
use crate::memo::Memo;
use crate::start::Start;
use crate::unit::{self, UnitKind, Units};

use super::{Image, start};

/// A way in which something is run: by compose, by a platform, as a Space.
#[derive(Clone, Debug)]
pub struct Run {
    /// Who runs it.
    pub by: RunBy,
    /// The image, by index in [`super::Images::all`]; `None` if it is not one of the repository, or
    /// not its last stage.
    pub image: Option<usize>,
    /// What is started; `None` if that is not known.
    pub start: Option<Start>,
}

/// Who runs something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunBy {
    /// A compose service: index of the file in [`Composes::all`], index of the service.
    Compose(usize, usize),
    /// A platform: index in [`Hosts::all`].
    Host(usize),
    /// A Space: index in [`Units::all`].
    Space(usize),
}

pub(super) fn runs(
    repository: &Repository,
    memo: &Memo,
    images: &[Image],
    units: &Units,
    composes: &Composes,
    hosts: &Hosts,
) -> Vec<Run> {
    let of_path = |path: &str| {
        let file = unit::dockerfile(repository, path)?;
        images.iter().position(|image| image.dockerfile == file)
    };
    // Another stage than the last may be meant.
    let is_last = |image: usize, target: Option<&str>| {
        let last = images.get(image).and_then(|image| image.stages.last());
        let name = last.and_then(|stage| stage.name.as_deref());
        target.is_none_or(|target| name == Some(&*target.to_ascii_lowercase()))
    };
    let services = composes.all.iter().enumerate().flat_map(|(at, file)| {
        let services = file.services.iter().enumerate();
        services.map(move |(service_at, service)| (RunBy::Compose(at, service_at), service))
    });
    let composed = services.map(|(by, service)| {
        let image = service.build.as_ref().and_then(|build| {
            let image = of_path(build.dockerfile.as_deref()?)?;
            is_last(image, build.target.as_deref()).then_some(image)
        });
        let start =
            image.and_then(|image| start::of_service(repository, memo, &images[image], service));
        Run { by, image, start }
    });
    let hosted = hosts.all.iter().enumerate().map(|(at, service)| {
        let own = match (&service.dockerfile, service.docker, &service.folder) {
            (_, Some(false), _) | (None, _, None) => None,
            (Some(path), ..) => Some(path.text.clone()),
            // Without a word of it, a platform takes the Dockerfile that it finds.
            (None, _, Some(folder)) => Some(crate::repository::join(folder, "Dockerfile")),
        };
        let procfile = service.platform == crate::host::Platform::Procfile;
        let image = own
            .filter(|_| !procfile)
            .and_then(|path| of_path(&path))
            .filter(|image| is_last(*image, service.target.as_deref()));
        let start = match image.map(|image| &images[image]) {
            _ if service.starts_other => None,
            Some(image) if service.start.is_empty() => image.start.clone(),
            _ => start::of_commands(repository, memo, service.folder.as_deref(), &service.start),
        };
        Run {
            by: RunBy::Host(at),
            image,
            start,
        }
    });
    let spaces = units.all.iter().enumerate().filter_map(|(at, unit)| {
        let folder = unit.folder.as_ref()?;
        let image = of_path(&crate::repository::join(folder, "Dockerfile"))?;
        matches!(unit.kind, UnitKind::Space { .. }).then(|| Run {
            by: RunBy::Space(at),
            image: Some(image),
            start: images[image].start.clone(),
        })
    });
    composed.chain(hosted).chain(spaces).collect()
}
