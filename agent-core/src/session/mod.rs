//! Sessions: durable steps, progress, cancellation, one terminal message.
