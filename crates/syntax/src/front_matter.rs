//! YAML front matter at the top of a Markdown file, as the Hugging Face Hub reads it.
