//! What chapters share and may not take from each other: tasks for a recurrent network, and the
//! loop that trains it. It knows the library and no chapter.

pub mod adding;
pub mod grammar;
pub mod parity;
pub mod recall;
pub mod training;
pub mod truncated;
