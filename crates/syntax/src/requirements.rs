//! Requirements files of pip, and single PEP 508 requirements.
