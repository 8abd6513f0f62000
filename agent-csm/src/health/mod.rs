//! Health scores from signal readings.
