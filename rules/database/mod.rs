//! SQLAlchemy: engines, pools, asynchronous sessions.

mod invalid_engine_option;
mod missing_pool_pre_ping;
mod sync_query_on_async_session;
mod unawaited_session_call;

include!(concat!(env!("OUT_DIR"), "/database.rs"));
