//! Code of server-rendered sites that only a browser can run.

mod browser_global_at_load;
mod browser_global_in_client_module;
mod load;

include!(concat!(env!("OUT_DIR"), "/browser.rs"));
