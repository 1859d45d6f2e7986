"""The demo LMS: a small platform of our own that answers as a recorded Moodle did, for ``make demo`` and the tests."""
