use serde::Deserialize;

/// A value of any type: an odd one must not hide the rest of the card.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    Text(String),
    /// A sequence of scalars.
    List(Vec<Scalar>),
    /// Something else: a mapping, for one.
    Other(serde::de::IgnoredAny),
}

impl Scalar {
    /// The text, if it is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is an integer or a string of one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

/// The keys of a Space's card, all of them optional: those of the documented configuration
/// reference, and `license`. A key that is there without a value is absent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct SpaceCard {
    /// The name shown.
    pub title: Option<Scalar>,
    /// The emoji shown.
    pub emoji: Option<Scalar>,
    /// The first colour of the thumbnail.
    #[serde(rename = "colorFrom")]
    pub color_from: Option<Scalar>,
    /// The second colour of the thumbnail.
    #[serde(rename = "colorTo")]
    pub color_to: Option<Scalar>,
    /// `gradio`, `docker` or `static`.
    pub sdk: Option<Scalar>,
    /// The Python of a Gradio Space.
    pub python_version: Option<Scalar>,
    /// The version of Gradio.
    pub sdk_version: Option<Scalar>,
    /// The hardware that a duplicate of the Space should have.
    pub suggested_hardware: Option<Scalar>,
    /// The storage that a duplicate of the Space should have.
    pub suggested_storage: Option<Scalar>,
    /// The file that runs a Gradio Space, or the page of a static one.
    pub app_file: Option<Scalar>,
    /// The command that builds a static Space.
    pub app_build_command: Option<Scalar>,
    /// The port that a Docker Space listens on.
    pub app_port: Option<Scalar>,
    /// The path that the Space opens with.
    pub base_path: Option<Scalar>,
    /// Whether the Space is as wide as the window.
    #[serde(rename = "fullWidth")]
    pub full_width: Option<Scalar>,
    /// `mini` or `default`.
    pub header: Option<Scalar>,
    /// The line below the title.
    pub short_description: Option<Scalar>,
    /// The models that the Space uses.
    pub models: Option<Scalar>,
    /// The datasets that the Space uses.
    pub datasets: Option<Scalar>,
    /// Its tags.
    pub tags: Option<Scalar>,
    /// The image shown when the Space is shared.
    pub thumbnail: Option<Scalar>,
    /// Whether it is pinned on its owner's page.
    pub pinned: Option<Scalar>,
    /// Whether users sign in with the Hub.
    pub hf_oauth: Option<Scalar>,
    /// What a signed-in user grants.
    pub hf_oauth_scopes: Option<Scalar>,
    /// How long a sign-in lasts.
    pub hf_oauth_expiration_minutes: Option<Scalar>,
    /// The organisations whose members may sign in.
    pub hf_oauth_authorized_org: Option<Scalar>,
    /// Whether other sites may not embed it.
    pub disable_embedding: Option<Scalar>,
    /// How long the Space may take to start.
    pub startup_duration_timeout: Option<Scalar>,
    /// Headers of its responses.
    pub custom_headers: Option<Scalar>,
    /// Files of the Hub that are put into the image.
    pub preload_from_hub: Option<Scalar>,
    /// Its licence, or several.
    pub license: Option<Scalar>,
}
