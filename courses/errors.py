"""What the course engine refuses, in words that can be shown to the person who asked."""


class CourseError(Exception):
    """A refusal by a rule of the engine. ``code`` is stable and for machines, the message is for people."""

    code = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Locked(CourseError):
    """The module waits for other modules to be completed first."""

    code = "locked"


class NotAllowedHere(CourseError):
    """The act does not belong to this kind of unit, or no more tries are left."""

    code = "not_allowed"


class BadPackage(CourseError):
    """An uploaded file cannot become a module; the report says why."""

    code = "bad_package"
